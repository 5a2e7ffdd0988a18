"""Customers, and the cards that are kept for them."""

from sandbox.payments.cards import card_of
from sandbox.payments.events import emit
from sandbox.payments.forms import Form
from sandbox.payments.problems import Refused, missing
from sandbox.payments.store import Book, Thing


def create_customer(book: Book, form: Form) -> Thing:
    fields = {name: form.text(name) for name in ("email", "name", "description")}
    metadata = form.mapping("metadata")
    form.refuse_unknown()
    return book.make("customer", "cus_", metadata=metadata, **fields)


def create_method(book: Book, form: Form) -> Thing:
    form.needed("type")
    card = form.part("card")
    method = make_method(book, card.needed("number"), card.number("exp_month"), card.number("exp_year"))
    card.text("cvc")
    card.refuse_unknown()
    return method


def make_method(book: Book, number: str, month: int, year: int) -> Thing:
    """Make a card of a test number. Raises Refused. The number stays in here."""
    card_of(number)
    brand = "mastercard" if number.startswith("5") else "visa"
    card = {"brand": brand, "last4": number[-4:], "exp_month": month, "exp_year": year, "country": "SE"}
    return book.make(
        "payment_method", "pm_", type="card", card=card, customer=None, metadata={}, _number=number
    )


def attach_method(book: Book, form: Form, name: str) -> Thing:
    customer = form.needed("customer")
    return attach(book, named(book, "payment_method", name), named(book, "customer", customer)["id"])


def attach(book: Book, method: Thing, customer: str) -> Thing:
    """Keep the card for a customer. Raises Refused for one that its bank does not want saved."""
    if not card_of(method["_number"]).is_saved:
        raise Refused(
            "Your card was declined.", status=402, code="card_declined", decline_code="generic_decline"
        )
    return book.save(method, customer=customer)


def detach_method(book: Book, form: Form, name: str) -> Thing:
    method = book.save(named(book, "payment_method", name), customer=None)
    emit(book, "payment_method.detached", method)
    return method


def renew_method(book: Book, name: str) -> Thing:
    """Let the bank send a card that ends four years later, as it does by itself."""
    method = named(book, "payment_method", name)
    method["card"]["exp_year"] += 4
    emit(book, "payment_method.updated", book.save(method))
    return method


def named(book: Book, kind: str, name: str) -> Thing:
    """Return the object of that kind and name. Raises Refused."""
    found = book.find(name)
    if found is None or found["object"] != kind:
        raise missing(kind, name)
    return found
