"""What follows from what a gateway says of a refund: its state, the sums, the ledger, and who is told.

Every step is taken once, from the state the refund is in: whatever is said twice, or of what is over, changes
nothing. Payment and refund are locked by the caller, in that order.
"""

from typing import Any

from kernel.contracts.events import PaymentRefunded, RefundFailed, RefundReversed, RefundUnknown
from kernel.contracts.money import Money
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.books.ledger import book_refunded, book_returned
from services.billing.invoices.credit_notes import issue_credit_note, take_back_credit_note
from services.billing.models import Payment, Refund
from services.billing.models.refunds import UNSETTLED_REFUNDS
from services.billing.refunds.effects import take_effect

OTHER_AMOUNT = N_("The payment gateway gave back more than is left here, or in another currency.")
CAME_BACK = N_("The customer's bank did not take the money.")


class WentAfterAll(Conflict):
    """Money went that counted as not gone, and was given back otherwise since."""


def note(uow: UnitOfWork, payment: Payment, refund: Refund, outcome: Outcome) -> None:
    """Take the step that the outcome asks for, if the refund is where it can be taken."""
    is_open = refund.status in UNSETTLED_REFUNDS
    if outcome.state == "succeeded" and not _take_over_amount(payment, refund, outcome.money):
        outcome = Outcome("unknown", outcome.reference, reason=OTHER_AMOUNT)
    if is_open or refund.status == "failed":
        refund.reference = outcome.reference or refund.reference
    if outcome.state == "succeeded" and (is_open or refund.status == "failed"):
        _succeed(uow, payment, refund)
    elif outcome.state in {"failed", "reversed"} and is_open:
        _fail(uow, payment, refund, outcome.reason)
    elif outcome.state in {"failed", "reversed"} and refund.status == "succeeded":
        _come_back(uow, payment, refund, outcome.reason or CAME_BACK)
    elif outcome.state == "pending" and is_open:
        refund.status, refund.failure = "pending", ""
    elif is_open and refund.status != "pending":
        doubt(uow, payment, refund, outcome.reason)


def doubt(uow: UnitOfWork, payment: Payment, refund: Refund, reason: str) -> None:
    """Note that nobody knows what became of it, and why; what is put aside for it stays so."""
    was_known, refund.failure = refund.status != "unknown", reason
    if was_known:
        refund.status = "unknown"
        uow.publish(RefundUnknown(**told_of(payment, refund), reason=reason))


def told_of(payment: Payment, refund: Refund) -> dict[str, Any]:
    """Return what every event of a refund says."""
    return {
        "refund_id": refund.id,
        "payment_id": payment.id,
        "customer_id": payment.customer_id,
        "number": payment.number,
        "amount": refund.money,
    }


def _take_over_amount(payment: Payment, refund: Refund, gone: Money | None) -> bool:
    """Let the refund be of what really went; False when there is no room for that, or it cannot be right."""
    if gone is None or gone == refund.money:
        return True
    if refund.status not in UNSETTLED_REFUNDS | {"failed"}:
        return False
    put_aside = 0 if refund.status == "failed" else refund.amount
    if gone.currency != refund.currency or not 0 < gone.amount <= payment.refundable + put_aside:
        return False
    refund.asked, refund.amount = refund.asked or refund.amount, gone.amount
    return True


def _succeed(uow: UnitOfWork, payment: Payment, refund: Refund) -> None:
    if refund.status == "failed" and payment.refundable < refund.amount:
        raise WentAfterAll(
            N_("A refund that counted as failed went after all, and its money has been given back since.")
        )
    refund.failure = ""
    _end(uow, payment, refund, "succeeded")
    issue_credit_note(uow, refund)
    book_refunded(uow, payment, refund)
    uow.publish(PaymentRefunded(**told_of(payment, refund)))
    take_effect(uow, payment, refund)


def _fail(uow: UnitOfWork, payment: Payment, refund: Refund, reason: str) -> None:
    refund.failure = reason
    _end(uow, payment, refund, "failed")
    uow.publish(RefundFailed(**told_of(payment, refund), reason=reason))


def _come_back(uow: UnitOfWork, payment: Payment, refund: Refund, reason: str) -> None:
    refund.failure = reason
    _end(uow, payment, refund, "reversed")
    take_back_credit_note(uow, refund)
    book_returned(uow, payment, refund)
    uow.publish(RefundReversed(**told_of(payment, refund), reason=reason))


def _end(uow: UnitOfWork, payment: Payment, refund: Refund, status: Any) -> None:
    """Settle the row, and with it its work; let the payment follow what the triggers have added up."""
    refund.status, refund.settled_at = status, uow.now
    refund.state, refund.last_error = "done", ""
    refund.lease_until = refund.lease_token = None
    payment.modified_at = uow.now
    uow.session.flush()
    uow.session.refresh(payment, ["reserved", "refunded"])
    payment.note_refunds()
