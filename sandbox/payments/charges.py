"""A card is charged: the bank's answer, now or later, and what is booked for it."""

from sandbox.payments.cards import card_of, error_of
from sandbox.payments.events import emit
from sandbox.payments.store import Book, Thing

DISPUTED_AFTER = 1.0  # seconds
NEVER_HOME = "authentication_required"


def charge_intent(book: Book, intent: Thing, method: Thing, *, is_confirmed: bool) -> Thing:
    """Charge the card of an intent, and return the intent with what came of it.

    ``is_confirmed``: the card's owner is there, and has told the bank that it is he.
    """
    card = card_of(method["_number"])
    book.save(intent, payment_method=method["id"])
    decline = NEVER_HOME if card.asks_the_bank and not is_confirmed else card.decline
    if decline:
        return _decline(book, intent, decline)
    pending = book.faults.take("payment_intents", kinds=frozenset({"pending"}))
    charge = _charge(book, intent, "pending" if pending else "succeeded")
    if pending:
        book.save(intent, status="processing", latest_charge=charge["id"])
        emit(book, "payment_intent.processing", intent)
        book.do_later(intent["id"], pending.then, pending.seconds)
        return intent
    return _succeed(book, intent, charge)


def decide_later(book: Book, intent: Thing, outcome: str) -> None:
    """Decide about a charge that was pending, or dispute it."""
    charge = book.find(intent["latest_charge"]) or {}
    if intent["status"] != "processing":
        return
    if outcome == "succeeded":
        _succeed(book, intent, book.save(charge, status="succeeded", paid=True, captured=True))
    else:
        book.save(charge, status="failed", paid=False)
        _decline(book, intent, "generic_decline", charge)


def _charge(book: Book, intent: Thing, status: str) -> Thing:
    copied = {name: intent[name] for name in ("amount", "currency", "customer", "payment_method", "metadata")}
    paid = status == "succeeded"
    return book.make(
        "charge", "ch_", parent=intent["id"], **copied, payment_intent=intent["id"], status=status, paid=paid,
        captured=paid, amount_captured=intent["amount"] if paid else 0, amount_refunded=0, refunded=False,
        disputed=False, balance_transaction=None, description=intent["description"],
    )  # fmt: skip


def _succeed(book: Book, intent: Thing, charge: Thing) -> Thing:
    book.save(charge, amount_captured=charge["amount"])
    later = book.faults.take("payment_intents", kinds=frozenset({"fee_later"}))
    if later:
        book.do_later(charge["id"], "booked", later.seconds)
    else:
        book_fee(book, charge)
    book.save(
        intent,
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
    )
    book.move("charge", charge, intent["id"])
    emit(book, "charge.succeeded", charge)
    emit(book, "payment_intent.succeeded", intent)
    method = book.find(intent["payment_method"]) or {}
    if card_of(method["_number"]).is_disputed:
        book.do_later(charge["id"], "disputed", DISPUTED_AFTER)
    return intent


def book_fee(book: Book, charge: Thing) -> None:
    """Book what came, and what the provider keeps of it."""
    fee = fee_of(charge)
    booking = book.make(
        "balance_transaction", "txn_", amount=charge["amount"], currency=charge["currency"],
        fee=fee, net=charge["amount"] - fee, type="charge", source=charge["id"],
    )  # fmt: skip
    book.save(charge, balance_transaction=booking["id"])


def fee_of(charge: Thing) -> int:
    """Return what the provider keeps: 1.5 % and a little."""
    amount: int = charge["amount"]
    return min(amount * 15 // 1000 + (180 if charge["currency"] == "sek" else 25), amount)


def _decline(book: Book, intent: Thing, decline: str, charge: Thing | None = None) -> Thing:
    charge = charge or _charge(book, intent, "failed")
    error = error_of(decline)
    book.save(charge, failure_code=error["code"], failure_message=error["message"])
    book.save(
        intent,
        status="requires_payment_method",
        payment_method=None,
        latest_charge=charge["id"],
        last_payment_error=error,
    )
    emit(book, "charge.failed", charge)
    emit(book, "payment_intent.payment_failed", intent)
    return intent
