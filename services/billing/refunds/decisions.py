"""What a person does about a refund of which nobody could find out what became of it."""

from uuid import UUID

from kernel.contracts.events import RefundAskedAgain, RefundDecided
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.locks import lock_refund
from services.billing.models import Payment, Refund
from services.billing.refunds.money import note, told_of


class WaitsForNobody(Conflict):
    """The refund is settled, or the gateway is still being asked."""


def ask_again(uow: UnitOfWork, refund_id: UUID) -> Refund:
    """Have the gateway asked once more, with all attempts. Raises WaitsForNobody."""
    payment, refund = _lock_waiting(uow, refund_id)
    refund.state, refund.attempts, refund.due_at = "due", 0, uow.now
    uow.ring("refund", refund.id)
    uow.publish(RefundAskedAgain(**told_of(payment, refund)))
    return refund


def decide_refund(uow: UnitOfWork, refund_id: UUID, *, has_gone: bool, reason: str) -> Refund:
    """Settle the refund as the person found out: the money went back, or it did not. Raises WaitsForNobody.

    What is not certain yet is not for a person to say: the gateway could carry it out a moment later.
    """
    payment, refund = _lock_waiting(uow, refund_id)
    uow.publish(RefundDecided(**told_of(payment, refund), has_gone=has_gone, reason=reason))
    note(uow, payment, refund, Outcome("succeeded" if has_gone else "failed", reason=reason))
    return refund


def _lock_waiting(uow: UnitOfWork, refund_id: UUID) -> tuple[Payment, Refund]:
    payment, refund = lock_refund(uow, refund_id)
    if refund.state != "dead":
        raise WaitsForNobody(N_("This refund does not wait for anybody's decision."))
    return payment, refund
