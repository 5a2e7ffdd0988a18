"""Disputes: a bank asks about a charge, takes its money back, and gives it again when the dispute is won."""

from sandbox.payments.events import emit
from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Thing

FEE = 1500  # minor units
ASKING = "warning_needs_response"


def open_dispute(
    book: Book, charge: Thing, reason: str, *, is_inquiry: bool = False, currency: str = ""
) -> Thing:
    """Dispute what is left of a charge, or only ask about it; ``currency``: in another. Raises Refused."""
    amount = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"] or amount <= 0:
        raise Refused("There is nothing to dispute.")
    dispute = book.make(
        "dispute", "du_", parent=charge["payment_intent"], amount=amount,
        currency=currency or charge["currency"], charge=charge["id"],
        payment_intent=charge["payment_intent"], reason=reason, status=ASKING, balance_transactions=[],
        metadata={}, is_charge_refundable=is_inquiry,
    )  # fmt: skip
    if not is_inquiry:
        _begin(book, charge, dispute)
    emit(book, "charge.dispute.created", dispute)
    if not is_inquiry:
        emit(book, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(book: Book, dispute: Thing, status: str) -> Thing:
    """Let the dispute go on to a status; what an inquiry, or one that was won, comes to, costs the money."""
    was_taken = bool(dispute["balance_transactions"]) and dispute["status"] != "won"
    if status in {"needs_response", "lost"} and not was_taken:
        _begin(book, book.find(dispute["charge"]) or {}, dispute)
        emit(book, "charge.dispute.funds_withdrawn", dispute)
    if status == "won" and was_taken:
        _book(book, dispute, dispute["amount"], 0)
        book.move("dispute_won", dispute, dispute["payment_intent"])
        emit(book, "charge.dispute.funds_reinstated", dispute)
    book.save(dispute, status=status)
    is_open = status in {"needs_response", "under_review"}
    emit(book, "charge.dispute.updated" if is_open else "charge.dispute.closed", dispute)
    return dispute


def _begin(book: Book, charge: Thing, dispute: Thing) -> None:
    """Take the money of a charge."""
    book.save(charge, disputed=True)
    book.save(dispute, status="needs_response", is_charge_refundable=False)
    _book(book, dispute, -dispute["amount"], FEE)
    book.move("dispute", dispute, dispute["payment_intent"])


def _book(book: Book, dispute: Thing, amount: int, fee: int) -> None:
    booking = book.make(
        "balance_transaction", "txn_", amount=amount, fee=fee, net=amount - fee, currency=dispute["currency"],
        type="adjustment", source=dispute["id"],
    )  # fmt: skip
    book.save(dispute, balance_transactions=[*dispute["balance_transactions"], booking])
