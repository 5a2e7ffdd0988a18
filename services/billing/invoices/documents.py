"""What an invoice or a credit note says, put together when it is issued."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from kernel.contracts.invoices import InvoiceDocument, InvoiceLine, TaxShare
from kernel.contracts.money import Money
from services.billing.amounts import share_of, spread
from services.billing.models import Payment, PaymentLine

INSTANT = timedelta(microseconds=1)


def lines_of(payment: Payment, zone: ZoneInfo) -> list[InvoiceLine]:
    """Return a payment's lines as its invoice shows them."""
    return [_line(line, payment, zone) for line in payment.lines]


def _line(line: PaymentLine, payment: Payment, zone: ZoneInfo) -> InvoiceLine:
    return InvoiceLine(
        description=line.description,
        quantity=line.quantity,
        unit=payment.money(line.unit),
        discount=payment.money(line.discount),
        net=payment.money(line.total - line.tax),
        tax_percent=line.tax_percent,
        tax=payment.money(line.tax),
        total=payment.money(line.total),
        starts_on=_day(line.starts_at, zone),
        # A period ends when the next begins: its last day is the one before.
        ends_on=_day(line.ends_at - INSTANT if line.ends_at else None, zone),
    )


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if at else None


def tax_shares(lines: Iterable[InvoiceLine], currency: str) -> list[TaxShare]:
    """Return what is taxed at each rate, the highest first."""
    nets: defaultdict[Decimal, int] = defaultdict(int)
    taxes: defaultdict[Decimal, int] = defaultdict(int)
    for line in lines:
        nets[line.tax_percent] += line.net.amount
        taxes[line.tax_percent] += line.tax.amount
    return [
        TaxShare(percent=percent, net=_money(net, currency), tax=_money(taxes[percent], currency))
        for percent, net in sorted(nets.items(), reverse=True)
    ]


def left_of(signed: Iterable[tuple[int, InvoiceDocument]]) -> dict[Decimal, tuple[int, int]]:
    """Return net and tax that are left at each rate; each document counts with its sign, 1 or -1."""
    left: dict[Decimal, tuple[int, int]] = {}
    for sign, document in signed:
        for part in document.taxes:
            net, tax = left.get(part.percent, (0, 0))
            left[part.percent] = net + sign * part.net.amount, tax + sign * part.tax.amount
    return left


def credited_lines(left: Mapping[Decimal, tuple[int, int]], amount: int, currency: str) -> list[InvoiceLine]:
    """Divide what is credited over the rates, in proportion to what is left of each, tax included.

    No rate gives more than it has, and the last credit takes exactly the rest of each.
    """
    rates = sorted(left, reverse=True)
    parts = spread(amount, [sum(left[rate]) for rate in rates])
    return [
        _credited(rate, part, _tax_in(part, *left[rate]), currency)
        for rate, part in zip(rates, parts, strict=True)
        if part
    ]


def _tax_in(part: int, net: int, tax: int) -> int:
    return share_of(part, tax, net + tax)


def _credited(rate: Decimal, total: int, tax: int, currency: str) -> InvoiceLine:
    net = _money(total - tax, currency)
    return InvoiceLine(
        description="",
        quantity=1,
        unit=net,
        discount=_money(0, currency),
        net=net,
        tax_percent=rate,
        tax=_money(tax, currency),
        total=_money(total, currency),
    )


def _money(amount: int, currency: str) -> Money:
    return Money(amount=amount, currency=currency)
