"""Credit: what is left of paid time that was taken back. The next payments of the membership use it up.

As long as it is credit it cannot also be refunded: ``payments.credited`` says how much of a payment is held
by it. What is left of it when the membership is cancelled can be refunded again.
"""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from services.billing.models import Membership, MembershipPeriod, Payment


def use_credit(membership: Membership, most: int) -> int:
    """Take at most so much of the credit, and return how much that was."""
    used = min(membership.credit, most)
    membership.credit -= used
    return used


def forgo(uow: UnitOfWork, payment: Payment) -> None:
    """Note that a bill will not be paid; its membership is locked.

    If its time was given all the same, that was for no more than the credit it used; else the credit is back,
    and can be refunded when there is nothing left that would use it up.
    """
    if payment.membership_id is None:
        return
    uow.session.flush()
    mine = MembershipPeriod.payment_id == payment.id, MembershipPeriod.granted_at.is_not(None)
    given = uow.session.scalar(select(MembershipPeriod).where(*mine))
    if given is not None:
        given.amount = min(given.amount, payment.credit)
    elif payment.credit:
        membership = uow.get(Membership, payment.membership_id)
        membership.credit += payment.credit
        payment.credit = 0
        if membership.status == "cancelled":
            release_credit(uow, membership)


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
