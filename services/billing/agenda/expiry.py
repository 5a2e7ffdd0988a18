"""What happens to a membership when its time is over: on hold, expired, cancelled, asked for no more."""

from contextlib import suppress
from datetime import timedelta
from typing import cast

from kernel.contracts.events import MembershipExpired, MembershipHeld
from kernel.contracts.memberships import CancelCause
from kernel.database import UnitOfWork
from kernel.errors import N_
from services.billing.agenda.renewals import product_of
from services.billing.agenda.snapshots import Known
from services.billing.memberships.cancellations import cancel_now
from services.billing.memberships.lifecycle import change_status
from services.billing.models import Membership, Payment
from services.billing.payments.lifecycle import cancel_payment
from services.billing.payments.under_way import ChargeUnderWay

NOT_PAID = N_("Nobody paid it in time.")
COMPLETED = N_("Its time is over, and nothing was to follow.")


def hold(uow: UnitOfWork, membership: Membership, known: Known) -> None:
    """Put the membership on hold: its payment was not paid in time. Paying brings it back."""
    change_status(uow, membership.id, "on_hold", reason=NOT_PAID)
    payment = uow.get(Payment, known.payment_id) if known.payment_id else None
    bill = known.snapshot.bill
    if payment is None or bill is None or not bill.is_open:
        return
    uow.publish(
        MembershipHeld(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            payment_id=payment.id,
            number=membership.number,
            payment_number=payment.number,
            product=product_of(uow, membership),
            total=payment.money(payment.total),
            expires_at=uow.now + timedelta(days=known.snapshot.rules.grace),
        )
    )


def expire(uow: UnitOfWork, membership: Membership, known: Known) -> None:
    """End the membership; what is unpaid of it can still be paid, which brings it back."""
    is_unpaid = known.snapshot.bill is not None
    change_status(uow, membership.id, "expired", reason=NOT_PAID if is_unpaid else COMPLETED)
    uow.publish(
        MembershipExpired(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            payment_id=known.payment_id,
            number=membership.number,
            product=product_of(uow, membership),
            cause="unpaid" if is_unpaid else "completed",
        )
    )


def cancel(uow: UnitOfWork, membership: Membership) -> None:
    """End the membership for good, as was asked for; what is unpaid is asked for no more."""
    cause = cast("CancelCause", membership.cancel_cause)
    cancel_now(uow, membership.id, cause=cause, reason=membership.cancel_reason)


def abandon(uow: UnitOfWork, membership: Membership, known: Known) -> None:
    """Ask no more for what nobody has paid in so long; a membership that never began ends with it."""
    if membership.status == "pending":
        cancel_now(uow, membership.id, cause="not_paid", reason=NOT_PAID)
    elif known.payment_id is not None:
        with suppress(ChargeUnderWay):
            cancel_payment(uow, known.payment_id, reason=NOT_PAID)
