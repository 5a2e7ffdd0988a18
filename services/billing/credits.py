"""Credit: what is left of paid time that was taken back. The next payments of the membership use it up.

As long as it is credit it cannot also be refunded: ``payments.credited`` says how much of a payment is held
by it. What is left of it when the membership is cancelled can be refunded again.
"""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from services.billing.models import Membership, Payment


def use_credit(membership: Membership, most: int) -> int:
    """Take at most so much of the credit, and return how much that was."""
    used = min(membership.credit, most)
    membership.credit -= used
    return used


def give_back_credit(uow: UnitOfWork, payment: Payment) -> None:
    """Let a bill that is cancelled give back the credit that it used; its membership is locked."""
    if payment.credit and payment.membership_id is not None and payment.kind != "change":
        uow.get(Membership, payment.membership_id).credit += payment.credit
        payment.credit = 0


def release_credit(uow: UnitOfWork, membership: Membership) -> int:
    """Let what is left be refunded from the payments that it came from; return how much that is."""
    left = membership.credit
    credited = select(Payment).where(
        Payment.membership_id.in_(_those_before(uow, membership)), Payment.credited > 0
    )
    newest_first = credited.order_by(Payment.created_at.desc(), Payment.id.desc())
    for payment in uow.session.scalars(newest_first.with_for_update(of=Payment)).all():
        released = min(payment.credited, membership.credit)
        payment.credited -= released
        membership.credit -= released
    return left - membership.credit


def _those_before(uow: UnitOfWork, membership: Membership) -> list[UUID]:
    """Return the membership and those that it goes on from: its credit may be of their payments."""
    chain = [membership]
    while chain[-1].resumes_id is not None:
        chain.append(uow.get(Membership, chain[-1].resumes_id))
    return [one.id for one in chain]
