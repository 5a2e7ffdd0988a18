"""Payments of which a person has to say something before they go on."""

from sqlalchemy import ColumnElement, func, select

from kernel.contracts import payments as contract
from kernel.database import UnitOfWork
from services.billing.models import Charge, Payment

MOST = 200
UNDECIDED = Charge.state == "dead"
"""Only what is not settled can be given up: settling an attempt ends its work."""


def waiting_payments(uow: UnitOfWork) -> contract.WaitingPayments:
    """Return what waits, the longest first."""
    same = (Payment.network_id == Charge.network_id) & (Payment.id == Charge.payment_id)
    undecided = select(Charge, Payment).join(Payment, same).where(UNDECIDED)
    rows = uow.session.execute(undecided.order_by(Charge.created_at, Charge.id).limit(MOST))
    return contract.WaitingPayments(items=[_of_charge(charge, payment) for charge, payment in rows])


def count_waiting(uow: UnitOfWork) -> int:
    """Return how many there are."""
    return _count(uow, UNDECIDED)


def _count(uow: UnitOfWork, condition: ColumnElement[bool]) -> int:
    return uow.session.scalar(select(func.count()).select_from(Charge).where(condition)) or 0


def _of_charge(charge: Charge, payment: Payment) -> contract.WaitingPayment:
    return contract.WaitingPayment(
        payment_id=payment.id,
        number=payment.number,
        customer_id=payment.customer_id,
        amount=charge.money,
        why="charge",
        since=charge.created_at,
    )
