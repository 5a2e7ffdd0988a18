"""The form of a product: its terms as they are typed, row by row of its prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from pydantic import ValidationError

from gateway.hosts import current_host
from gateway.typed_money import WRONG_AMOUNT, read_amount, typed_amount
from kernel.contracts.billing import Period
from kernel.contracts.products import LIMITS, MOST_PRICES, ProductLimits, ProductPrice, ProductTerms
from kernel.errors import N_, BadRequest, Invalid

TEXTS = ("name", "slug", "description", "group", "contact_url")
CHOICES = ("kind", "pricing")
NUMBERS: dict[str, int | None] = {"position": 10, "trial_days": 0, "cycles": None}
"""What an empty field of a number means."""

PARTS = ("currency", "amount", "setup_fee", "length", "unit")
NOT_SAVED = N_("The product is not saved.")
BLANKS = 1
"""So many empty rows for prices a form has; more are had by its button."""

Row = dict[str, str]


@dataclass(frozen=True)
class ProductForm:
    """What the form holds, as text; ``version`` 0 is a product that is none yet."""

    values: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    is_active: bool = True
    version: int = 0

    @classmethod
    def of(cls, terms: ProductTerms, version: int = 0) -> "ProductForm":
        """Return the form of a product as it stands."""
        values = {name: str(getattr(terms, name)) for name in (*TEXTS, *CHOICES)}
        numbers = {name: _number(getattr(terms, name)) for name in NUMBERS}
        limits = {f"limits.{name}": _number(getattr(terms.limits, name)) for name in LIMITS}
        rows = [_row(price) for price in terms.prices]
        return cls(values | numbers | limits, rows, terms.is_active, version)

    @classmethod
    def sent(cls) -> "ProductForm":
        """Return the form as it came, without rows that nothing was typed in. Raises BadRequest."""
        version = request.form.get("version", "0")
        if not (version.isascii() and version.isdecimal() and len(version) <= 18):
            raise BadRequest
        names = (*TEXTS, *CHOICES, *NUMBERS, *(f"limits.{name}" for name in LIMITS))
        values = {name: request.form.get(name, "").strip() for name in names}
        rows = [row for row in _rows() if row["amount"] or row["setup_fee"]]
        return cls(values, rows, "is_active" in request.form, int(version))

    def terms(self) -> ProductTerms:
        """Return what was typed. Raises Invalid with every number that is none, BadRequest."""
        wrong: dict[str, str] = {}
        numbers = {name: self._whole(name, wrong, usual) for name, usual in NUMBERS.items()}
        limits = {name: self._whole(f"limits.{name}", wrong, None) for name in LIMITS}
        prices = [_price(place, row, wrong) for place, row in enumerate(self.rows)]
        if wrong:
            raise Invalid(NOT_SAVED, fields=wrong)
        try:
            return ProductTerms.model_validate(
                {name: self.values[name] for name in (*TEXTS, *CHOICES)}
                | numbers
                | {"is_active": self.is_active, "limits": ProductLimits(**limits), "prices": prices}
            )
        except ValidationError:
            raise BadRequest from None

    def shown(self, errors: Mapping[str, str], *, blanks: int = BLANKS) -> dict[str, Any]:
        """Return what the form's templates show."""
        room = max(0, MOST_PRICES - len(self.rows))
        blank = _blank(self.rows)
        return {
            "form": self,
            "values": self.values,
            "rows": [*self.rows, *[blank] * min(blanks, room)],
            "errors": errors,
        }

    def _whole(self, name: str, wrong: dict[str, str], usual: int | None) -> int | None:
        typed = "".join(self.values[name].split())
        if not typed:
            return usual
        if typed.removeprefix("-").isascii() and typed.removeprefix("-").isdecimal() and len(typed) < 19:
            return int(typed)
        wrong[name] = N_("Write a whole number.")
        return usual


def without_row(place: str) -> list[Row]:
    """Return the rows as they were sent, without one. Raises BadRequest."""
    rows = _rows()
    if not (place.isascii() and place.isdecimal() and len(place) < 4 and int(place) < len(rows)):
        raise BadRequest
    del rows[int(place)]
    return [row for row in rows if row["amount"] or row["setup_fee"]]


def _rows() -> list[Row]:
    columns = [[one.strip() for one in request.form.getlist(f"price_{part}")] for part in PARTS]
    return [dict(zip(PARTS, cells, strict=True)) for cells in zip(*columns, strict=False)]


def _row(price: ProductPrice) -> Row:
    return {
        "currency": price.currency,
        "amount": typed_amount(price.amount, price.currency),
        "setup_fee": typed_amount(price.setup_fee, price.currency) if price.setup_fee else "",
        "length": str(price.period.length) if price.period else "",
        "unit": price.period.unit if price.period else "",
    }


def _blank(rows: list[Row]) -> Row:
    currency = rows[-1]["currency"] if rows else current_host().network.currency
    return {"currency": currency, "amount": "", "setup_fee": "", "length": "1", "unit": "month"}


def _price(place: int, row: Row, wrong: dict[str, str]) -> dict[str, Any]:
    """Return a row as a price; what cannot be read is noted as wrong."""
    currency = row["currency"].upper()
    price: dict[str, Any] = {"currency": currency, "period": _period(place, row, wrong)}
    for part in ("amount", "setup_fee"):
        price[part] = read_amount(row[part], currency) if row[part] else 0
        if price[part] is None:
            wrong[f"prices.{place}.{part}"] = WRONG_AMOUNT
    return price


def _period(place: int, row: Row, wrong: dict[str, str]) -> Period | None:
    if not row["unit"]:
        return None
    length = row["length"] or "1"
    if not (length.isascii() and length.isdecimal() and len(length) < 10):
        wrong[f"prices.{place}.period"] = N_("Write a whole number.")
        return None
    try:
        return Period.model_validate({"length": int(length), "unit": row["unit"]})
    except ValidationError:
        raise BadRequest from None


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
