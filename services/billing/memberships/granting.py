"""What a payment that was received does to the membership it is for."""

from kernel.contracts.events import MembershipPaidTooLate
from kernel.database import UnitOfWork
from kernel.errors import N_
from services.billing.memberships.history import record
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.paid_time import BILLED, grant_billed
from services.billing.memberships.waiting import must_wait
from services.billing.models import Membership, Payment

PAID = N_("Its payment was received.")
TOO_LATE = N_("It was cancelled before its payment came: no time is given. The money can be given back.")


def grant_paid_time(uow: UnitOfWork, payment: Payment) -> None:
    """Give the time that a received payment is for, and let the membership run; once, however often called.

    Its membership is locked, and what it may have to wait for before it. One that waits for its customer's
    address gets its time when it starts; a cancelled one gets none, and that is said.
    """
    if payment.membership_id is None or payment.kind not in BILLED:
        return
    membership = uow.get(Membership, payment.membership_id)
    if membership.status == "cancelled":
        _note_too_late(uow, membership, payment)
        return
    if membership.status == "pending" and must_wait(uow, membership.customer_id, is_free=membership.is_free):
        change_status(uow, membership.id, "active", reason=PAID)
        return
    before = membership.expires_at
    granted = grant_billed(uow, membership, payment)
    if membership.status != "active":
        change_status(uow, membership.id, "active", reason=PAID)
    elif granted:
        record(
            uow,
            membership,
            act="renew",
            before={"expires_at": before},
            after={"expires_at": membership.expires_at},
            reason=PAID,
        )


def _note_too_late(uow: UnitOfWork, membership: Membership, payment: Payment) -> None:
    record(uow, membership, act="paid too late", after={"payment": payment.number}, reason=TOO_LATE)
    uow.publish(
        MembershipPaidTooLate(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            payment_id=payment.id,
            number=membership.number,
            payment_number=payment.number,
            total=payment.money(payment.total),
        )
    )
