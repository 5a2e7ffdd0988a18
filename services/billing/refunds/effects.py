"""What a refund does, once the money went, to the membership that was paid for."""

from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.memberships.cancellations import cancel_at_period_end, cancel_now
from services.billing.models import Membership, Payment, Refund

REFUNDED = N_("Its payment was refunded.")


def take_effect(uow: UnitOfWork, payment: Payment, refund: Refund) -> None:
    """Cancel the membership, now or at the end of what is paid, if that was asked for and it still runs.

    Where no end can be waited for, it ends now. The membership is locked, as it was before the payment.
    """
    if payment.membership_id is None or refund.effect == "keep":
        return
    membership = uow.get(Membership, payment.membership_id)
    if membership.status == "cancelled" or (membership.cancels_at and refund.effect != "cancel_now"):
        return
    reason = refund.reason or REFUNDED
    if refund.effect == "cancel_at_period_end":
        try:
            with uow.attempt():
                cancel_at_period_end(uow, membership.id, cause="other", reason=reason)
        except Conflict:
            cancel_now(uow, membership.id, cause="other", reason=reason)
    else:
        cancel_now(uow, membership.id, cause="other", reason=reason)
