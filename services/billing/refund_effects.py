"""What a refund does, once the money went, to the membership that was paid for."""

from kernel.database import UnitOfWork
from services.billing.memberships import change_status
from services.billing.models import Membership, Payment, Refund


def take_effect(uow: UnitOfWork, payment: Payment, refund: Refund) -> None:
    """Cancel the membership, now or at the end of what is paid, if that was asked for and it still runs.

    The membership is locked, as it was before the payment.
    """
    if payment.membership_id is None or refund.effect == "keep":
        return
    membership = uow.get(Membership, payment.membership_id)
    if membership.status != "cancelled" and refund.effect == "cancel_now":
        change_status(uow, membership.id, "cancelled")
