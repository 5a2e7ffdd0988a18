"""Disputes: a bank takes the money of a charge back at once, and gives it again when the dispute is won."""

from sandbox.payments.events import emit
from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Thing

FEE = 1500  # minor units


def open_dispute(book: Book, charge: Thing, reason: str) -> Thing:
    """Dispute what is left of a charge. Raises Refused."""
    amount = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"] or amount <= 0:
        raise Refused("There is nothing to dispute.")
    book.save(charge, disputed=True)
    booking = {"amount": -amount, "fee": FEE, "currency": charge["currency"], "net": -amount - FEE}
    dispute = book.make(
        "dispute", "du_", parent=charge["payment_intent"], amount=amount, currency=charge["currency"],
        charge=charge["id"], payment_intent=charge["payment_intent"], reason=reason, status="needs_response",
        balance_transactions=[booking], metadata={},
    )  # fmt: skip
    book.move("dispute", dispute, charge["payment_intent"])
    emit(book, "charge.dispute.created", dispute)
    emit(book, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(book: Book, dispute: Thing, status: str) -> Thing:
    """End a dispute as ``won`` or ``lost``, or say that it is ``under_review``."""
    book.save(dispute, status=status)
    if status == "won":
        book.move("dispute_won", dispute, dispute["payment_intent"])
        emit(book, "charge.dispute.funds_reinstated", dispute)
    emit(book, "charge.dispute.updated" if status == "under_review" else "charge.dispute.closed", dispute)
    return dispute
