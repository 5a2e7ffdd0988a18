"""``/_control``: what a test, or a person who tries things out, may do to the provider."""

from typing import Annotated, Any, Literal

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import BaseModel, Field, ValidationError

from sandbox.payments import keys
from sandbox.payments.api import store
from sandbox.payments.customers import attach, detach_method, make_method, named, renew_method
from sandbox.payments.delivery import decide
from sandbox.payments.disputes import close_dispute, open_dispute
from sandbox.payments.events import shown
from sandbox.payments.faults import Fault
from sandbox.payments.forms import Form
from sandbox.payments.problems import Refused
from sandbox.payments.refunds import give_back
from sandbox.payments.store import Book, Thing

control = Blueprint("control", __name__, url_prefix="/_control")


class Endpoint(BaseModel):
    url: Annotated[str, Field(pattern=r"^https?://")]


class Ahead(BaseModel):
    seconds: Annotated[float, Field(ge=0)]


class Kept(BaseModel):
    """A card that a customer saved, without the page in between."""

    number: str = "4242424242424242"
    email: str = "customer@example.org"


class OfCharge(BaseModel):
    """``charge`` is an intent's id, or a charge's."""

    charge: str
    amount: int | None = None
    reason: str = "fraudulent"


class Disputed(OfCharge):
    """``is_inquiry``: the bank asks, and takes nothing yet. ``currency``: another than the charge's."""

    is_inquiry: bool = False
    currency: str = ""


class Verdict(BaseModel):
    outcome: Literal["succeeded", "failed", "needs_response", "under_review", "won", "lost", "warning_closed"]


@control.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[Response, int]:
    return jsonify(refusal.body), refusal.status


@control.errorhandler(ValidationError)
def wrong(reason: ValidationError) -> tuple[Response, int]:
    return jsonify(error=str(reason)), 400


@control.get("/ledger")
def ledger() -> Response:
    with store().open() as book:
        return jsonify(book.movements())


@control.post("/faults")
def ask_fault() -> Response:
    store().faults.ask(Fault.model_validate(_body()))
    return jsonify({})


@control.delete("/faults")
def clear_faults() -> Response:
    store().faults.clear()
    return jsonify({})


@control.post("/endpoints")
def add_endpoint() -> Response:
    endpoint = Endpoint.model_validate(_body())
    with store().open() as book:
        book.sql.execute("INSERT OR IGNORE INTO endpoints (url) VALUES (?)", (endpoint.url,))
    return jsonify({})


@control.delete("/endpoints")
def remove_endpoints() -> Response:
    with store().open() as book:
        book.sql.execute("DELETE FROM endpoints")
        book.sql.execute("UPDATE deliveries SET done = 1")
    return jsonify({})


@control.post("/clock")
def go_ahead() -> Response:
    ahead = Ahead.model_validate(_body())
    with store().open() as book:
        book.sql.execute("UPDATE clock SET ahead = ahead + ?", (ahead.seconds,))
    return jsonify({})


@control.post("/keys/expire")
def expire_keys() -> Response:
    with store().open() as book:
        keys.expire(book)
    return jsonify({})


@control.post("/methods")
def keep_method() -> Response:
    kept = Kept.model_validate(_body())
    with store().open() as book:
        customer = book.make("customer", "cus_", email=kept.email, metadata={})
        method = make_method(book, kept.number, 12, 2040)
        return jsonify(shown(attach(book, method, customer["id"])))


@control.post("/methods/<name>/renew")
def renew(name: str) -> Response:
    with store().open() as book:
        return jsonify(shown(renew_method(book, name)))


@control.post("/methods/<name>/detach")
def detach(name: str) -> Response:
    with store().open() as book:
        return jsonify(shown(detach_method(book, Form({}), name)))


@control.post("/disputes")
def dispute() -> Response:
    asked = Disputed.model_validate(_body())
    with store().open() as book:
        charge = _charge(book, asked.charge)
        made = open_dispute(book, charge, asked.reason, is_inquiry=asked.is_inquiry, currency=asked.currency)
        return jsonify(shown(made))


@control.post("/refunds")
def refund_at_the_desk() -> Response:
    asked = OfCharge.model_validate(_body())
    with store().open() as book:
        charge = _charge(book, asked.charge)
        left = charge["amount_captured"] - charge["amount_refunded"]
        return jsonify(shown(give_back(book, charge, asked.amount or left, {})))


@control.post("/things/<name>/decide")
def decide_now(name: str) -> Response:
    """Decide about what is pending, let a refund come back, or end a dispute."""
    verdict = Verdict.model_validate(_body())
    with store().open() as book:
        thing = book.find(name) or abort(404)
        if thing["object"] == "dispute":
            close_dispute(book, thing, verdict.outcome)
        else:
            decide(book, name, verdict.outcome)
        return jsonify(shown(book.find(name) or {}))


@control.get("/things/<name>")
def look(name: str) -> Response:
    with store().open() as book:
        return jsonify(shown(book.find(name) or abort(404)))


def _charge(book: Book, name: str) -> Thing:
    if name.startswith("pi_"):
        name = named(book, "payment_intent", name)["latest_charge"] or ""
    return named(book, "charge", name)


def _body() -> Any:
    return request.get_json(silent=True) or {}
