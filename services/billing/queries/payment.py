"""The page of a payment: what is asked for, every attempt, what was booked, and what can be done."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.contracts import payments as contract
from kernel.contracts.billing import LineItem
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from services.billing.gateways.configured import MANUAL, Gateways
from services.billing.models import (
    Charge,
    GatewaySettings,
    LedgerEntry,
    LedgerPosting,
    Membership,
    Payment,
    PaymentLine,
    PaymentMethod,
)
from services.billing.models.charges import OPEN_CHARGES
from services.billing.models.payments import REFUNDABLE
from services.billing.payments.actions import actions_of, can_pay
from services.billing.payments.methods import kept_methods
from services.billing.queries.overview import payment_row
from services.billing.queries.refunds import refund_of


def payment(uow: UnitOfWork, payment_id: UUID) -> contract.Payment:
    """Return all there is to know of a payment. Raises NotFound."""
    found = uow.get(Payment, payment_id)
    attempts = _attempts(uow, found.id)
    methods = kept_methods(uow, found.customer_id)
    under_way = next((charge for charge, _method in attempts if charge.status in OPEN_CHARGES), None)
    number = select(Membership.number).where(Membership.id == found.membership_id)
    cancelled = select(Payment.number).where(Payment.id == found.late_for)
    return contract.Payment(
        **dict(payment_row(found)),
        kind=found.kind,
        former_customer_id=found.former_customer_id,
        membership_number=uow.session.scalar(number) if found.membership_id else None,
        gateway_reference=found.gateway_reference,
        due_at=found.due_at,
        version=found.version,
        discount=found.money(found.discount),
        tax=found.money(found.tax),
        received=found.money(found.captured),
        spent=found.money(found.captured - found.refunded),
        refundable=found.money(found.refundable),
        disputed=found.money(found.disputed),
        late_for=found.late_for,
        late_for_number=uow.session.scalar(cancelled) if found.late_for else None,
        waits=found.late_for is not None and found.kept_at is None and found.status in REFUNDABLE,
        lines=[_line(line) for line in found.lines],
        taxes=list(_taxes(found)),
        refunds=[refund_of(refund, found.number, found.customer_id) for refund in found.refunds],
        attempts=[_attempt(charge, method) for charge, method in attempts],
        booked=_booked(uow, found.id),
        methods=[method_row(method) for method in methods],
        actions=list(actions_of(uow, found, under_way, methods)),
    )


def to_pay(uow: UnitOfWork, gateways: Gateways, payment_id: UUID) -> contract.ToPay:
    """Return what whoever has the link of a payment sees of it. Raises NotFound."""
    found = uow.get(Payment, payment_id)
    newest = next(iter(_attempts(uow, found.id)), None)
    charge = newest[0] if newest else None
    return contract.ToPay(
        number=found.number,
        status=found.status,
        total=found.money(found.total),
        due_at=found.due_at,
        lines=[LineItem(**_parts(line)) for line in found.lines],
        attempt=charge.status if charge else None,
        page=charge.page if charge and charge.status == "waiting" else "",
        reason=charge.reason if charge and charge.status == "failed" else "",
        can_pay=can_pay(uow, found),
        instructions=_instructions(uow, gateways),
    )


def method_row(method: PaymentMethod) -> contract.PaymentMethod:
    return contract.PaymentMethod(
        id=method.id,
        gateway=method.gateway,
        brand=method.brand,
        last4=method.last4,
        expires=method.expires,
        is_default=method.is_default,
        saved_at=method.created_at,
    )


def _instructions(uow: UnitOfWork, gateways: Gateways) -> str:
    """Return how to pay otherwise than through a gateway, as the network says it."""
    settings = uow.session.scalar(select(GatewaySettings).where(GatewaySettings.gateway == MANUAL))
    return str(gateways.config(uow.network_id, MANUAL, settings).get("instructions", ""))


def _attempts(uow: UnitOfWork, payment_id: UUID) -> Sequence[tuple[Charge, PaymentMethod | None]]:
    """Return every attempt with the method that it charged or saved, newest first."""
    same = (PaymentMethod.network_id == Charge.network_id) & (PaymentMethod.id == Charge.method_id)
    mine = select(Charge, PaymentMethod).outerjoin(PaymentMethod, same).where(Charge.payment_id == payment_id)
    return [(row[0], row[1]) for row in uow.session.execute(mine.order_by(Charge.id.desc()))]


def _attempt(charge: Charge, method: PaymentMethod | None) -> contract.Attempt:
    return contract.Attempt(
        id=charge.id,
        status=charge.status,
        amount=charge.money,
        gateway=charge.gateway,
        reference=charge.reference,
        method=(method.brand, method.last4) if method else None,
        reason=charge.reason or (charge.last_error if charge.state == "dead" else ""),
        code=charge.code,
        is_automatic=charge.is_automatic,
        needs_person=charge.state == "dead",
        created_at=charge.created_at,
        settled_at=charge.settled_at,
        looks_at=charge.due_at if charge.state == "due" else None,
    )


def _booked(uow: UnitOfWork, payment_id: UUID) -> list[contract.Booked]:
    same = (LedgerPosting.network_id == LedgerEntry.network_id) & (LedgerPosting.entry_id == LedgerEntry.id)
    rows = (
        select(
            LedgerEntry.at,
            LedgerEntry.act,
            LedgerPosting.account,
            LedgerPosting.amount,
            LedgerPosting.currency,
        )
        .join(LedgerPosting, same)
        .where(LedgerEntry.payment_id == payment_id)
        .order_by(LedgerEntry.id, LedgerPosting.position)
    )
    return [
        contract.Booked(
            at=row.at,
            act=row.act,
            account=row.account,
            amount=Money(amount=row.amount, currency=row.currency),
        )
        for row in uow.session.execute(rows)
    ]


def _taxes(found: Payment) -> Iterator[contract.TaxShare]:
    """Give what the lines of each rate come to, the highest rate first."""
    sums: dict[Decimal, list[int]] = defaultdict(lambda: [0, 0])
    for line in found.lines:
        rate = sums[line.tax_percent]
        rate[0], rate[1] = rate[0] + line.total - line.tax, rate[1] + line.tax
    for percent, (net, tax) in sorted(sums.items(), reverse=True):
        yield contract.TaxShare(percent=percent, net=found.money(net), tax=found.money(tax))


def _line(line: PaymentLine) -> contract.Line:
    return contract.Line(**_parts(line), id=line.id, tax_percent=line.tax_percent, product_id=line.product_id)


def _parts(line: PaymentLine) -> dict[str, Any]:
    names = ("unit", "discount", "tax", "total")
    money = {name: Money(amount=getattr(line, name), currency=line.currency) for name in names}
    return {"description": line.description, "quantity": line.quantity, **money}
