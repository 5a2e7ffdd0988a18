"""Payments of which a person has to say something before they go on."""

from collections.abc import Iterator

from sqlalchemy import func, select

from kernel.contracts import payments as contract
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from services.billing.models import Charge, Dispute, Payment
from services.billing.payments.late_money import WAITS

MOST = 200
UNDECIDED = Charge.state == "dead"
"""Only what is not settled can be given up: settling an attempt ends its work."""
HELD = Dispute.held_at.is_not(None)


def waiting_payments(uow: UnitOfWork) -> contract.WaitingPayments:
    """Return what waits, the longest first."""
    found = sorted((*_undecided(uow), *_held(uow), *_late(uow)), key=lambda one: one.since)
    return contract.WaitingPayments(items=found[:MOST])


def count_waiting(uow: UnitOfWork) -> int:
    """Return how many there are."""
    charges = select(func.count()).select_from(Charge).where(UNDECIDED).scalar_subquery()
    disputes = select(func.count()).select_from(Dispute).where(HELD).scalar_subquery()
    late = select(func.count()).select_from(Payment).where(WAITS).scalar_subquery()
    return uow.session.scalar(select(charges + disputes + late)) or 0


def _undecided(uow: UnitOfWork) -> Iterator[contract.WaitingPayment]:
    same = (Payment.network_id == Charge.network_id) & (Payment.id == Charge.payment_id)
    oldest = select(Charge, Payment).join(Payment, same).where(UNDECIDED).order_by(Charge.created_at)
    for charge, payment in uow.session.execute(oldest.limit(MOST)):
        yield _waiting(payment, charge.money, charge, "charge")


def _held(uow: UnitOfWork) -> Iterator[contract.WaitingPayment]:
    same = (Payment.network_id == Dispute.network_id) & (Payment.id == Dispute.payment_id)
    oldest = select(Dispute, Payment).join(Payment, same).where(HELD).order_by(Dispute.created_at)
    for dispute, payment in uow.session.execute(oldest.limit(MOST)):
        yield _waiting(payment, dispute.money, dispute, "dispute")


def _late(uow: UnitOfWork) -> Iterator[contract.WaitingPayment]:
    oldest = select(Payment).where(WAITS).order_by(Payment.created_at)
    for payment in uow.session.scalars(oldest.limit(MOST)):
        yield _waiting(payment, payment.money(payment.captured), payment, "late")


def _waiting(
    payment: Payment, amount: Money, what: Charge | Dispute | Payment, why: contract.Why
) -> contract.WaitingPayment:
    return contract.WaitingPayment(
        payment_id=payment.id,
        number=payment.number,
        customer_id=payment.customer_id,
        amount=amount,
        why=why,
        since=what.created_at,
    )
