"""Asks Stripe what became of something: by its own name, else by our key, which it lists but cannot look up.

Stripe's search would find a key, but lags behind what is true; lists do not, so that what is not in one was
never made. Keys of ours end with an id that tells when they were made: lists begin there.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from stripe import InvalidRequestError, StripeClient

from kernel.contracts.plugins import Dispute, GatewayAway, Outcome, Sought
from services.billing.payment_gateways.stripe.client import A_PAGE, asking, at_most, code_of
from services.billing.payment_gateways.stripe.reading import (
    INTENT,
    PAGE,
    REFUND,
    SESSION,
    Json,
    by_charge,
    inner,
    key_of,
    name_of,
    read_dispute,
    read_intent,
    read_method,
    read_refund,
    read_session,
    read_setup,
)

SLACK = 3600  # seconds that Stripe's clock and ours may differ


class Finder:
    """Looks for charges, refunds, methods and disputes. Raises GatewayAway when Stripe cannot say."""

    def __init__(self, client: StripeClient) -> None:
        self._api = client.v1

    def find(self, sought: Sought) -> Outcome | Dispute | None:
        """Return what became of it; None when Stripe is certain that it has no such thing."""
        ways = {
            "charge": self._charge,
            "refund": self._refund,
            "method": self._method,
            "dispute": self._dispute,
        }
        with asking():
            return ways[sought.kind](sought)

    def intent_of(self, reference: str) -> str:
        """Return the charge that a reference means: itself, or what was paid on the page, if anything."""
        if not reference.startswith("cs_"):
            return reference
        session = one(lambda: self._api.checkout.sessions.retrieve(reference))
        return name_of(session or {}, "payment_intent")

    def _charge(self, sought: Sought) -> Outcome | None:
        name = sought.reference
        if name.startswith("cs_"):
            return _read(
                read_session, one(lambda: self._api.checkout.sessions.retrieve(name, {"expand": SESSION}))
            )
        if name.startswith(("ch_", "py_")):
            charge = one(lambda: self._api.charges.retrieve(name))
            name = name_of(charge or {}, "payment_intent")
        if name:
            found = one(lambda: self._api.payment_intents.retrieve(name, {"expand": INTENT}))
            return self._intent(found) if found else None
        return self._charge_by_key(sought.key)

    def _charge_by_key(self, key: str) -> Outcome | None:
        found = by_key(key, self._api.payment_intents.list(since(key, INTENT)).auto_paging_iter())
        return self._intent(found) if found else self._session_by_key(key)

    def _intent(self, intent: Json) -> Outcome:
        """Read an intent; a card refused on a page is not the end while the page is open."""
        if intent.get("status") in {"succeeded", "processing"} or not inner(intent, "metadata").get(PAGE):
            return read_intent(intent)
        pages = self._api.checkout.sessions.list(
            {"payment_intent": str(intent["id"]), "limit": 1, "expand": _each(SESSION)}
        )
        page = next(at_most(pages.data), None)
        return read_session(page) if page else read_intent(intent)

    def _session_by_key(self, key: str) -> Outcome | None:
        sessions = self._api.checkout.sessions.list(since(key, SESSION))
        return _read(read_session, by_key(key, sessions.auto_paging_iter()))

    def _refund(self, sought: Sought) -> Outcome | None:
        if sought.reference:
            found = one(lambda: self._api.refunds.retrieve(sought.reference, {"expand": REFUND}))
            return _read(read_refund, found)
        params: Any = {**since(sought.key, REFUND), **by_charge(self.intent_of(sought.charge))}
        return _read(read_refund, by_key(sought.key, self._api.refunds.list(params).auto_paging_iter()))

    def _method(self, sought: Sought) -> Outcome | None:
        name = sought.reference
        if name.startswith("seti_"):
            setup = one(lambda: self._api.setup_intents.retrieve(name, {"expand": ["payment_method"]}))
            return self._setup(setup) if setup else None
        if name and not name.startswith("cs_"):
            return _read(_saved, one(lambda: self._api.payment_methods.retrieve(name)))
        return self._charge(sought) if name else self._session_by_key(sought.key)

    def _setup(self, setup: Json) -> Outcome:
        """Read a setup; a card refused on a page is not the end while the page is open."""
        if setup.get("status") in {"succeeded", "processing"} or not key_of(setup):
            return read_setup(setup)
        return self._session_by_key(key_of(setup)) or read_setup(setup)

    def _dispute(self, sought: Sought) -> Dispute | None:
        if not sought.reference:
            return None
        found = one(lambda: self._api.disputes.retrieve(sought.reference))
        return read_dispute(found) if found else None


def one(ask: Callable[[], Any]) -> Json | None:
    """Return the object, or None when Stripe says that there is none of that name."""
    try:
        found: Json = ask().to_dict()
    except InvalidRequestError as trouble:
        if code_of(trouble) == "resource_missing":
            return None
        raise
    return found


def by_key(key: str, found: Iterable[Any]) -> Json | None:
    """Return the object that carries our key."""
    if not key:
        return None
    return next((each for each in at_most(found) if key_of(each) == key), None)


def since(key: str, expand: list[str]) -> Any:
    """Return what limits a list to objects no older than the key, whose id tells its time (RFC 9562)."""
    if not key:
        raise GatewayAway("Neither a name nor a key to look for.")
    made = _id_at_the_end(key)
    if made is None or made.version != 7:
        return {"limit": A_PAGE, "expand": _each(expand)}
    oldest = (made.int >> 80) // 1000 - SLACK
    return {"limit": A_PAGE, "created": {"gte": oldest}, "expand": _each(expand)}


def _id_at_the_end(key: str) -> UUID | None:
    try:
        return UUID(key.rpartition(":")[2])
    except ValueError:
        return None


def _read(read: Callable[[Json], Outcome], found: Json | None) -> Outcome | None:
    return read(found) if found else None


def _saved(method: Json) -> Outcome:
    kept = read_method(method, name_of(method, "customer"))
    return Outcome(
        "succeeded" if kept else "failed", str(method["id"]), code="" if kept else "detached", method=kept
    )


def _each(names: list[str]) -> list[str]:
    return [f"data.{name}" for name in names]
