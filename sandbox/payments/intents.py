"""PaymentIntents: made, and charged at once when the caller says so."""

from typing import Any

from sandbox.payments.charges import charge_intent
from sandbox.payments.customers import named
from sandbox.payments.events import shown
from sandbox.payments.forms import Form
from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Thing


def create_intent(book: Book, form: Form) -> Thing:
    method, is_confirmed = form.text("payment_method"), form.flag("confirm")
    form.flag("off_session")
    form.mapping("payment_method_types")
    intent = make_intent(
        book,
        amount=form.number("amount"),
        currency=form.needed("currency"),
        customer=form.text("customer") or None,
        description=form.text("description") or None,
        metadata=form.mapping("metadata"),
        statement_descriptor_suffix=form.text("statement_descriptor_suffix") or None,
        setup_future_usage=form.text("setup_future_usage") or None,
    )
    form.refuse_unknown()
    return confirm(book, intent, method) if is_confirmed else intent


def make_intent(book: Book, *, amount: int, currency: str, **fields: Any) -> Thing:
    """Make an intent that waits for a card. Raises Refused."""
    if amount <= 0 or amount > 99_999_999:
        raise Refused(
            "Amount must be at least 1 and no more than 99999999.", code="amount_too_small", param="amount"
        )
    if len(currency) != 3 or currency != currency.lower():
        raise Refused(f"Invalid currency: {currency}", param="currency")
    return book.make(
        "payment_intent", "pi_", amount=amount, currency=currency, amount_received=0,
        status="requires_payment_method", payment_method=None, latest_charge=None, last_payment_error=None,
        **fields,
    )  # fmt: skip


def confirm_intent(book: Book, form: Form, name: str) -> Thing:
    return confirm(book, named(book, "payment_intent", name), form.needed("payment_method"))


def confirm(book: Book, intent: Thing, method_name: str) -> Thing:
    """Charge a saved card while its owner is away. Raises Refused, with the intent, when the bank does."""
    if intent["status"] != "requires_payment_method":
        raise Refused(
            f"This PaymentIntent's status is {intent['status']}.", code="payment_intent_unexpected_state"
        )
    method = named(book, "payment_method", method_name)
    if method["customer"] != intent["customer"]:
        raise Refused("The payment method belongs to another customer than the payment.", param="customer")
    charged = charge_intent(book, intent, method, is_confirmed=False)
    error = charged["last_payment_error"]
    if error:
        raise Refused(
            error["message"], status=402, is_kept=True, code=error["code"],
            decline_code=error["decline_code"], payment_intent=shown(charged),
        )  # fmt: skip
    return charged


def cancel_intent(book: Book, form: Form, name: str) -> Thing:
    intent = named(book, "payment_intent", name)
    if intent["status"] != "requires_payment_method":
        raise Refused(
            f"This PaymentIntent's status is {intent['status']}.", code="payment_intent_unexpected_state"
        )
    return book.save(intent, status="canceled")
