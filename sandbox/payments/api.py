"""The endpoints under ``/v1``: who may ask, which work each stands for."""

import json
from typing import Any

from flask import Blueprint, Response, current_app, request

from sandbox.payments import customers, intents, lists, refunds, sessions
from sandbox.payments.carry_out import Dropped, Request, Work, carry_out, hang_up
from sandbox.payments.forms import Form, nested
from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Store, Thing

SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - opens nothing but the pretend provider
CREATED: dict[str, Any] = {
    "customers": customers.create_customer,
    "payment_methods": customers.create_method,
    "payment_intents": intents.create_intent,
    "checkout/sessions": sessions.create_session,
    "refunds": refunds.create_refund,
}
ACTIONS: dict[tuple[str, str], Any] = {
    ("payment_methods", "attach"): customers.attach_method,
    ("payment_methods", "detach"): customers.detach_method,
    ("payment_intents", "confirm"): intents.confirm_intent,
    ("payment_intents", "cancel"): intents.cancel_intent,
    ("checkout/sessions", "expire"): sessions.expire_session,
}

api = Blueprint("stripe", __name__, url_prefix="/v1")


def store() -> Store:
    """Return the books of the running application."""
    found: Store = current_app.extensions["payments"]
    return found


@api.before_request
def refuse_strangers() -> Response | None:
    given = request.authorization
    key = (given.token or given.username or "") if given else ""
    if key == SECRET_KEY:
        return None
    return _json(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided."}})


@api.post("/<path:path>")
def post(path: str) -> Response:
    form = nested(request.form.items(multi=True))
    resource, name, action = _split(path)
    work = ACTIONS.get((resource, action)) if action else CREATED.get(resource) if not name else None
    if work is None:
        return _json(404, Refused(f"Unrecognized request URL (POST: /v1/{path}).", status=404).body)
    arguments = (name,) if action else ()
    return _respond(resource, form, lambda book: work(book, Form(form), *arguments))


@api.get("/<path:path>")
def get(path: str) -> Response:
    asked = nested(request.args.items(multi=True))
    resource, name, action = _split(path)
    if action or resource not in lists.KINDS:
        return _json(404, Refused(f"Unrecognized request URL (GET: /v1/{path}).", status=404).body)

    def read(book: Book) -> Thing:
        return lists.one(book, resource, name) if name else lists.page(book, resource, asked)

    return _respond(resource, asked, read)


def _split(path: str) -> tuple[str, str, str]:
    """Return resource, name and action, e.g. ``("checkout/sessions", "cs_1", "expire")``."""
    parts = path.strip("/").split("/")
    at = 2 if parts[0] == "checkout" else 1
    return "/".join(parts[:at]), *[*parts[at:], "", ""][:2]  # type: ignore[return-value]


def _respond(resource: str, asked: dict[str, Any], work: Work) -> Response:
    key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    expand = asked.get("expand") or []
    told = Request(
        resource, request.method, f"{request.path} {json.dumps(asked, sort_keys=True)}", key,
        request.host_url.rstrip("/"), expand if isinstance(expand, list) else [],
    )  # fmt: skip
    try:
        status, body, is_repeated = carry_out(store(), told, work, current_app.config["KEY_LIFETIME"])
    except Dropped:
        hang_up(request.environ["werkzeug.socket"])
        return Response()
    response = _json(status, body)
    if is_repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _json(status: int, body: Thing) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
