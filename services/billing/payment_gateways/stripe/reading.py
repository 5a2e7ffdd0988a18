"""Stripe's objects, read into what the door speaks of; each is a plain dictionary here."""

from collections.abc import Mapping
from typing import Any, Literal

from kernel.contracts.money import Money
from kernel.contracts.plugins import Dispute, Method, Outcome
from kernel.errors import N_
from services.billing.payment_gateways.stripe.amounts import from_stripe
from services.billing.payment_gateways.stripe.declines import is_final

Json = Mapping[str, Any]

KEY = "atoll_key"
PAGE = "atoll_page"  # stands on an intent that is paid on a page, where a refused card is not the end
INTENT = ["latest_charge.balance_transaction", "payment_method"]
SESSION = [*(f"payment_intent.{name}" for name in INTENT), "setup_intent.payment_method"]
REFUND = ["payment_intent"]

State = Literal["succeeded", "pending", "failed", "reversed"]
DisputeState = Literal["inquiry", "needs_response", "under_review", "won", "lost", "prevented"]
DISPUTES: dict[str, DisputeState] = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry",
    "warning_closed": "prevented",
    "appeal_needs_response": "needs_response",
    "appeal_under_review": "under_review",
    "needs_response": "needs_response",
    "under_review": "under_review",
    "won": "won",
    "lost": "lost",
    "prevented": "prevented",
}


def inner(thing: Json, name: str) -> Json:
    """Return an expanded part of an object; empty when it is missing, or only named."""
    found = thing.get(name)
    return found if isinstance(found, Mapping) else {}


def name_of(thing: Json, name: str) -> str:
    """Return the id of a part of an object, whether it is expanded or only named."""
    found = thing.get(name)
    return str(found.get("id") or "") if isinstance(found, Mapping) else str(found or "")


def key_of(thing: Json) -> str:
    """Return our key, which stands in the metadata; empty for what others made."""
    return str(inner(thing, "metadata").get(KEY) or "")


def labels_of(thing: Json) -> dict[str, str]:
    """Return the labels that came with the order."""
    return {name: str(value) for name, value in inner(thing, "metadata").items() if name not in {KEY, PAGE}}


def charge_of(thing: Json) -> str:
    """Return the name of the charge that a refund or a dispute belongs to."""
    return name_of(thing, "payment_intent") or name_of(thing, "charge")


def by_charge(reference: str) -> dict[str, str]:
    """Return the parameter that names a charge: an intent (``pi_...``), or a charge of older times."""
    if not reference:
        return {}
    return {"charge" if reference.startswith(("ch_", "py_")) else "payment_intent": reference}


def read_intent(intent: Json) -> Outcome:
    """Return what became of a PaymentIntent (expanded by ``INTENT``)."""
    status = intent.get("status")
    if status in {"succeeded", "processing", "requires_capture"}:
        return _paid(intent, "succeeded" if status == "succeeded" else "pending")
    error = inner(intent, "last_payment_error")
    code = str(error.get("decline_code") or error.get("code") or status or "")
    return Outcome(
        "failed",
        str(intent["id"]),
        reason=str(error.get("message") or N_("The payment was not carried out.")),
        code=code,
        is_final=status == "canceled" or is_final(code, str(error.get("advice_code") or "")),
        key=key_of(intent),
        labels=labels_of(intent),
    )


def _paid(intent: Json, state: Literal["succeeded", "pending"]) -> Outcome:
    units = intent.get("amount_received") or intent["amount"]
    fee = _fee(inner(inner(intent, "latest_charge"), "balance_transaction"))
    return Outcome(
        state,
        str(intent["id"]),
        key=key_of(intent),
        money=from_stripe(units, intent["currency"]),
        fee=fee,
        is_fee_pending=fee is None and state == "succeeded",
        method=_saved_on_the_way(intent),
        labels=labels_of(intent),
    )


def _saved_on_the_way(intent: Json) -> Method | None:
    """Return the method, unless it was one that had been saved before."""
    if not intent.get("setup_future_usage"):
        return None
    return read_method(inner(intent, "payment_method"), name_of(intent, "customer"))


def _fee(booking: Json) -> Money | None:
    return from_stripe(booking["fee"], booking["currency"]) if booking else None


def read_session(session: Json) -> Outcome:
    """Return what became of a page (expanded by ``SESSION``)."""
    key, labels, name = key_of(session), labels_of(session), str(session["id"])
    if session.get("status") == "open":
        return Outcome("waiting", name, page=str(session.get("url") or ""), key=key, labels=labels)
    if session.get("status") == "expired":
        reason = N_("The page was left without paying, and is too old now.")
        return Outcome("failed", name, reason=reason, code="expired", key=key, labels=labels)
    if session.get("mode") == "setup":
        return read_setup(inner(session, "setup_intent"))
    return read_intent(inner(session, "payment_intent"))


def read_setup(setup: Json) -> Outcome:
    """Return what became of the saving of a method (its ``payment_method`` expanded)."""
    key, labels, name = key_of(setup), labels_of(setup), str(setup["id"])
    if setup.get("status") == "succeeded":
        method = read_method(inner(setup, "payment_method"), name_of(setup, "customer"))
        return Outcome("succeeded", name, key=key, method=method, labels=labels)
    if setup.get("status") == "processing":
        return Outcome("pending", name, key=key, labels=labels)
    error = inner(setup, "last_setup_error")
    code = str(error.get("decline_code") or error.get("code") or setup.get("status") or "")
    reason = str(error.get("message") or N_("The way to pay was not saved."))
    return Outcome("failed", name, reason=reason, code=code, is_final=is_final(code), key=key, labels=labels)


def read_method(method: Json, customer: str) -> Method | None:
    """Return the method, when it is kept for a customer and can be used again."""
    if not method or not customer:
        return None
    kind = str(method.get("type") or "")
    card = inner(method, kind)
    year, month = card.get("exp_year"), card.get("exp_month")
    return Method(
        str(method["id"]),
        customer,
        brand=str(card.get("brand") or kind),
        last4=str(card.get("last4") or ""),
        expires=f"{year}-{month:02}" if year and month else "",
    )


def read_refund(refund: Json) -> Outcome:
    """Return what became of a refund (expanded by ``REFUND``); without labels of its own, the charge's."""
    states: dict[str, State] = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
    state = states.get(str(refund.get("status")), "pending")
    is_failed = state == "failed"
    code = str(refund.get("failure_reason") or refund.get("status")) if is_failed else ""
    return Outcome(
        state,
        str(refund["id"]),
        reason=N_("The bank did not take the refund; the money is back with you.") if is_failed else "",
        code=code,
        is_final=is_failed,
        key=key_of(refund),
        charge=charge_of(refund),
        money=from_stripe(refund["amount"], refund["currency"]),
        labels=labels_of(refund) or labels_of(inner(refund, "payment_intent")),
    )


def read_dispute(dispute: Json) -> Dispute:
    """Return a dispute; its fee is what Stripe took for it so far.

    Stripe books in the currency that it keeps our account in. Where that is not the disputed one, only the
    sign tells what moved: all that is disputed.
    """
    bookings = sorted(dispute.get("balance_transactions") or [], key=lambda booking: booking["created"])
    fee = sum(booking["fee"] for booking in bookings)
    money = from_stripe(dispute["amount"], dispute["currency"])
    return Dispute(
        str(dispute["id"]),
        charge_of(dispute),
        money,
        DISPUTES.get(str(dispute.get("status")), "needs_response"),
        reason=str(dispute.get("reason") or ""),
        fee=from_stripe(fee, bookings[0]["currency"]) if fee > 0 else None,
        moved=tuple(_taken(booking, money) for booking in bookings),
    )


def _taken(booking: Json, disputed: Money) -> int:
    """Return what a booking took of what is disputed; below zero what it gave again."""
    booked = from_stripe(-booking["amount"], booking["currency"])
    if booked.currency == disputed.currency:
        return booked.amount
    return disputed.amount if booked.amount > 0 else -disputed.amount
