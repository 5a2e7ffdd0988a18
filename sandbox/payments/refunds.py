"""Refunds: never more than is left, never of what a bank disputes; they succeed, wait, or fail later."""

from sandbox.payments.cards import card_of
from sandbox.payments.customers import named
from sandbox.payments.events import emit
from sandbox.payments.forms import Form
from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Thing

SECONDS = 1.0  # that a refund is pending whose card says so


def create_refund(book: Book, form: Form) -> Thing:
    charge = _charge(book, form.text("charge"), form.text("payment_intent"))
    amount = form.number("amount") if form.text("amount") else charge["amount"] - charge["amount_refunded"]
    metadata = form.mapping("metadata")
    form.text("reason")
    form.refuse_unknown()
    return give_back(book, charge, amount, metadata)


def give_back(book: Book, charge: Thing, amount: int, metadata: dict[str, str]) -> Thing:
    """Refund of a charge, asked for over the interface or at the provider's own desk. Raises Refused."""
    other = book.faults.take("refunds", kinds=frozenset({"other_amount"}))
    amount = other.amount if other else amount
    _check(charge, amount)
    pending = book.faults.take("refunds", kinds=frozenset({"pending"}))
    number = (book.find(charge["payment_method"]) or {}).get("_number", "")
    outcome = pending.then if pending else card_of(number).refunds
    refund = book.make(
        "refund", "re_", parent=charge["payment_intent"], amount=amount, currency=charge["currency"],
        charge=charge["id"], payment_intent=charge["payment_intent"], metadata=metadata, reason=None,
        status="pending" if outcome else "succeeded", failure_reason=None, balance_transaction=None,
    )  # fmt: skip
    _take_off(book, charge, amount)
    book.move("refund", refund, charge["payment_intent"])
    emit(book, "refund.created", refund)
    if outcome:
        book.do_later(refund["id"], outcome, pending.seconds if pending else SECONDS)
    return refund


def decide_refund(book: Book, refund: Thing, outcome: str) -> None:
    """Say what became of a pending refund; one that succeeded may still come back."""
    if refund["status"] == "pending" and outcome == "succeeded":
        emit(book, "refund.updated", book.save(refund, status="succeeded"))
    elif refund["status"] in {"pending", "succeeded"} and outcome == "failed":
        book.save(refund, status="failed", failure_reason="expired_or_canceled_card")
        _take_off(book, named(book, "charge", refund["charge"]), -refund["amount"])
        book.move("refund_failed", refund, refund["payment_intent"])
        emit(book, "refund.failed", refund)


def _charge(book: Book, charge: str, intent: str) -> Thing:
    if bool(charge) == bool(intent):
        raise Refused("One of the following params should be provided: payment_intent or charge.")
    if intent:
        charge = named(book, "payment_intent", intent)["latest_charge"] or ""
    return named(book, "charge", charge)


def _check(charge: Thing, amount: int) -> None:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"]:
        raise Refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if charge["status"] != "succeeded":
        raise Refused("This charge did not succeed, and cannot be refunded.")
    if charge["refunded"]:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        raise Refused(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )


def _take_off(book: Book, charge: Thing, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    book.save(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])
    emit(book, "charge.refunded" if amount > 0 else "charge.updated", charge)
