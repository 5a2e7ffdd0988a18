"""Money that came for a payment which had been cancelled: a person keeps it for that, or gives it back.

It is a payment of its own, completed. Who keeps it lets it be for what the cancelled one was for; giving it
back is a refund like any other.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from kernel.contracts.events import LateMoneyKept
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.locks import lock_payment
from services.billing.memberships.granting import grant_paid_time
from services.billing.memberships.paid_time import BILLED
from services.billing.models import Membership, MembershipPeriod, Payment
from services.billing.models.payments import OPEN, REFUNDABLE

WAITS: ColumnElement[bool] = and_(
    Payment.late_for.is_not(None), Payment.kept_at.is_(None), Payment.status.in_(REFUNDABLE)
)
"""Of payments: those of which nobody has said yet what becomes of the money."""


class NotToBeKept(Conflict):
    """The money did not come late, or it cannot be for what was cancelled any more."""


def keep_late_money(uow: UnitOfWork, payment_id: UUID) -> Payment:
    """Let the money be for what the cancelled payment was for, and give its time. Raises NotToBeKept."""
    seen = uow.get(Payment, payment_id)
    if seen.late_for is not None:
        lock_payment(uow, seen.late_for, may_start=True)
    late = uow.get(Payment, payment_id, lock=True)
    cancelled = check_kept(uow, late)
    late.kept_at = late.modified_at = uow.now
    late.membership_id, late.kind = cancelled.membership_id, cancelled.kind
    uow.session.flush()
    _take_over_period(uow, cancelled, late)
    grant_paid_time(uow, late)
    uow.publish(
        LateMoneyKept(
            payment_id=late.id,
            customer_id=late.customer_id,
            membership_id=late.membership_id,
            number=late.number,
            cancelled_number=cancelled.number,
            amount=late.money(late.captured),
        )
    )
    return late


def check_kept(uow: UnitOfWork, late: Payment) -> Payment:
    """Return the cancelled payment that the money may be for. Raises NotToBeKept."""
    if late.late_for is None or late.kept_at is not None or late.status != "completed":
        raise NotToBeKept(N_("This money does not wait for anybody's decision."))
    cancelled = uow.get(Payment, late.late_for)
    if cancelled.membership_id is None or cancelled.kind not in BILLED:
        return cancelled
    if uow.get(Membership, cancelled.membership_id).status == "cancelled":
        raise NotToBeKept(N_("Its membership is cancelled, so no time can be given. Give the money back."))
    asked_again = select(Payment.number).where(
        Payment.membership_id == cancelled.membership_id,
        Payment.kind.in_(BILLED),
        Payment.status.in_(OPEN),
    )
    number = uow.session.scalar(asked_again.limit(1))
    if number is not None:
        raise NotToBeKept(
            N_("Payment %(number)s asks for the same time. Cancel it first, or give this money back."),
            number=number,
        )
    return cancelled


def _take_over_period(uow: UnitOfWork, cancelled: Payment, late: Payment) -> None:
    """The time that the cancelled payment asked for, and never got, is paid by this one."""
    asked = select(MembershipPeriod).where(
        MembershipPeriod.payment_id == cancelled.id, MembershipPeriod.granted_at.is_(None)
    )
    period = uow.session.scalar(asked)
    if period is not None:
        period.payment_id = late.id
        uow.session.flush()
