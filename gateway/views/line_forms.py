"""Lines of a payment as they are typed, in the reader's own way of writing numbers."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.custom_fields import read_number
from gateway.formats import formats
from gateway.typed_money import read_amount, typed_amount
from kernel.contracts.payments import Line, LineEdit, LineOrder
from kernel.errors import N_, Invalid

FIELDS = ("product_id", "description", "quantity", "unit", "discount", "tax_percent")
EMPTY = {"product_id": "", "description": "", "quantity": "1", "unit": "", "discount": "", "tax_percent": ""}
AMOUNT = N_("Type an amount, such as 199.00.")
WHOLE = N_("Type a whole number, 1 at least.")
PERCENT = N_("Type a percentage from 0 to 100.")
LONG = N_("At most 300 characters.")


def typed_line(line: Line) -> dict[str, str]:
    """Return a line as its form shows it."""
    currency = line.unit.currency
    return {
        "product_id": str(line.product_id or ""),
        "description": line.description,
        "quantity": str(line.quantity),
        "unit": typed_amount(line.unit.amount, currency),
        "discount": typed_amount(line.discount.amount, currency) if line.discount.amount else "",
        "tax_percent": percent(line.tax_percent) if line.tax_percent else "",
    }


def read_line(typed: Mapping[str, str], currency: str, *, seen: int | None = None) -> LineEdit:
    """Return what was typed as a line. Raises Invalid with the fields, by their own names."""
    wrong: dict[str, str] = {}
    values: dict[str, Any] = {
        "product_id": typed["product_id"] or None,
        "description": typed["description"],
        "quantity": _whole(typed["quantity"], wrong),
        "unit": _amount("unit", typed["unit"], currency, wrong) if typed["unit"] else None,
        "discount": _amount("discount", typed["discount"] or "0", currency, wrong),
        "tax_percent": _percent(typed["tax_percent"] or "0", wrong),
        "seen": seen,
    }
    if len(typed["description"]) > 300:
        wrong["description"] = LONG
    if wrong:
        raise Invalid(N_("Some fields are not valid."), fields=wrong)
    return LineEdit.model_validate(values)


def as_order(line: LineEdit) -> LineOrder:
    """Return the line as one of a new payment."""
    return LineOrder.model_validate(line.model_dump(exclude={"seen"}))


def percent(number: Decimal) -> str:
    """Return ``25`` or ``12,5``, with the decimals that it has."""
    return formats().decimal(float(number))


def _amount(name: str, given: str, currency: str, wrong: dict[str, str]) -> int:
    amount = read_amount(given, currency)
    if amount is None or not 0 <= amount <= 2**53:
        wrong[name] = AMOUNT
        return 0
    return amount


def _whole(given: str, wrong: dict[str, str]) -> int:
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= 10_000):
        wrong["quantity"] = WHOLE
        return 1
    return int(given)


def _percent(given: str, wrong: dict[str, str]) -> Decimal:
    try:
        number = Decimal(read_number(given[:20], formats().locale))
    except InvalidOperation:
        number = Decimal(-1)
    if not 0 <= number <= 100 or number != round(number, 3):
        wrong["tax_percent"] = PERCENT
        return Decimal(0)
    return number
