"""Checkout Sessions: a page where a customer pays, or saves a card; what became of each visit."""

from sandbox.payments.cards import card_of
from sandbox.payments.charges import charge_intent
from sandbox.payments.customers import attach, make_method, named
from sandbox.payments.events import emit
from sandbox.payments.forms import Form
from sandbox.payments.intents import make_intent
from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Thing

LIFETIME = 24 * 3600  # seconds


def create_session(book: Book, form: Form) -> Thing:
    mode = form.needed("mode")
    made = {"payment": _payment, "setup": _setup}.get(mode)
    if made is None:
        raise Refused("Invalid mode: must be one of payment or setup", param="mode")
    shared = _shared(book, form)
    details = made(form)
    form.refuse_unknown()
    session = book.make(
        "checkout.session", "cs_", mode=mode, status="open", payment_status="unpaid", payment_intent=None,
        setup_intent=None, expires_at=int(book.now) + LIFETIME, **shared, **details,
    )  # fmt: skip
    return book.save(session, url=f"{book.base}/pay/{session['id']}")


def _shared(book: Book, form: Form) -> Thing:
    customer, creation = form.text("customer"), form.text("customer_creation")
    if customer and creation:
        raise Refused("You may only specify one of these parameters: customer, customer_creation.")
    if customer:
        named(book, "customer", customer)
    return {
        "success_url": form.needed("success_url"),
        "cancel_url": form.text("cancel_url"),
        "client_reference_id": form.text("client_reference_id"),
        "customer": customer or None,
        "customer_email": form.text("customer_email") or None,
        "locale": form.text("locale"),
        "metadata": form.mapping("metadata"),
        "_creates_customer": creation == "always",
    }


def _payment(form: Form) -> Thing:
    total, currency, lines = 0, "", []
    for line in form.each("line_items"):
        price = line.part("price_data")
        currency = price.needed("currency")
        amount = price.number("unit_amount") * line.number("quantity")
        total += amount
        lines.append({"name": price.part("product_data").needed("name"), "amount": amount})
    intent = form.part("payment_intent_data")
    details = {
        "metadata": intent.mapping("metadata"),
        "description": intent.text("description") or None,
        "setup_future_usage": intent.text("setup_future_usage") or None,
        "statement_descriptor_suffix": intent.text("statement_descriptor_suffix") or None,
    }
    intent.refuse_unknown()
    if total <= 0:
        raise Refused("A page to pay on needs something to pay.", param="line_items")
    return {"amount_total": total, "currency": currency, "_lines": lines, "_details": details}


def _setup(form: Form) -> Thing:
    setup = form.part("setup_intent_data")
    details = {"metadata": setup.mapping("metadata"), "description": setup.text("description") or None}
    setup.refuse_unknown()
    return {"amount_total": None, "currency": form.needed("currency"), "_details": details}


def pay(
    book: Book, session: Thing, number: str, month: int, year: int, *, is_confirmed: bool = False
) -> Thing:
    """Pay on the page, or save the card there. Raises Refused when the bank does; it stays open then."""
    if session["status"] != "open":
        raise Refused("This page has been used, or is too old.")
    method = make_method(book, number, month, year)
    if card_of(number).asks_the_bank and not is_confirmed:
        raise Refused("Your bank wants to know that it is you.", status=402, code="authentication_required")
    if session["mode"] == "setup":
        return _save(book, session, method)
    intent = _intent_of(book, session)
    charge_intent(book, intent, method, is_confirmed=is_confirmed)
    if intent["last_payment_error"]:
        raise Refused(
            intent["last_payment_error"]["message"],
            status=402,
            is_kept=True,
            **_codes(intent["last_payment_error"]),
        )
    if intent["setup_future_usage"] and intent["customer"] and card_of(number).is_saved:
        attach(book, method, intent["customer"])
    is_paid = intent["status"] == "succeeded"
    return _complete(book, session, payment_status="paid" if is_paid else "unpaid")


def _codes(error: dict[str, str]) -> dict[str, str]:
    return {"code": error["code"], "decline_code": error["decline_code"]}


def _intent_of(book: Book, session: Thing) -> Thing:
    """Return the page's intent: it is made at the first try, and stays the same."""
    if session["payment_intent"]:
        return named(book, "payment_intent", session["payment_intent"])
    intent = make_intent(
        book, amount=session["amount_total"], currency=session["currency"], _session=session["id"],
        customer=_customer_of(book, session), **session["_details"],
    )  # fmt: skip
    book.save(session, payment_intent=intent["id"])
    return intent


def _save(book: Book, session: Thing, method: Thing) -> Thing:
    setup = _setup_of(book, session)
    try:
        attach(book, method, setup["customer"] or "")
    except Refused as refusal:
        book.save(setup, last_setup_error=refusal.body["error"])
        emit(book, "setup_intent.setup_failed", setup)
        refusal.is_kept = True
        raise
    book.save(setup, status="succeeded", payment_method=method["id"], last_setup_error=None)
    emit(book, "setup_intent.succeeded", setup)
    return _complete(book, session, payment_status="no_payment_required")


def _setup_of(book: Book, session: Thing) -> Thing:
    """Return the page's setup: it is made at the first try, and stays the same."""
    if session["setup_intent"]:
        return named(book, "setup_intent", session["setup_intent"])
    setup = book.make(
        "setup_intent", "seti_", parent=session["id"], status="requires_payment_method",
        customer=_customer_of(book, session), payment_method=None, last_setup_error=None,
        **session["_details"],
    )  # fmt: skip
    book.save(session, setup_intent=setup["id"])
    return setup


def _customer_of(book: Book, session: Thing) -> str | None:
    if not session["customer"] and session["_creates_customer"]:
        made = book.make("customer", "cus_", email=session["customer_email"], metadata={})
        book.save(session, customer=made["id"])
    name: str | None = session["customer"]
    return name


def _complete(book: Book, session: Thing, **changed: str) -> Thing:
    book.save(session, status="complete", url=None, **changed)
    emit(book, "checkout.session.completed", session)
    return session


def decided(book: Book, intent: Thing) -> None:
    """Tell of a page's payment that the bank has decided about later."""
    session = book.find(intent.get("_session") or "")
    if session:
        is_paid = intent["status"] == "succeeded"
        book.save(session, payment_status="paid" if is_paid else "unpaid")
        emit(book, f"checkout.session.async_payment_{'succeeded' if is_paid else 'failed'}", session)


def expire_session(book: Book, form: Form, name: str) -> Thing:
    session = named(book, "checkout.session", name)
    if session["status"] != "open":
        raise Refused("Only Checkout Sessions with a status in [open] can be expired.")
    book.save(session, status="expired", url=None)
    emit(book, "checkout.session.expired", session)
    return session
