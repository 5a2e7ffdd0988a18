"""What a webhook of Stripe's is about. What it says of amounts and states is not believed, but looked up.

Source: docs.stripe.com/webhooks, "Verify webhook signatures manually", and the list of event types.
"""

import json
from collections.abc import Mapping

from pydantic import SecretStr
from stripe import SignatureVerificationError, WebhookSignature

from kernel.contracts.plugins import Kind, Notice, Sought, WebhookNotValid
from services.billing.payment_gateways.stripe.reading import Json, charge_of, inner, key_of

MAX_AGE = 300  # seconds
SIGNATURE = "stripe-signature"
LABELLED = frozenset(
    {"payment_intent", "checkout.session", "setup_intent"}
)  # those that we make carry our key
KINDS: dict[str, Kind] = {
    "payment_intent": "charge",
    "setup_intent": "method",
    "payment_method": "method",
    "refund": "refund",
    "dispute": "dispute",
}


def read_webhook(secret: SecretStr, headers: Mapping[str, str], body: bytes) -> list[Notice]:
    """Return what to look up; nothing for what is none of ours, or moves nothing. Raises WebhookNotValid."""
    signature = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
    try:
        WebhookSignature.verify_header(body, signature, secret.get_secret_value(), MAX_AGE)
        event = json.loads(body)
    except (SignatureVerificationError, ValueError) as reason:
        raise WebhookNotValid("This is no message of Stripe's, or it is too old.") from reason
    if not isinstance(event, dict) or event.get("object") != "event":
        return []
    about = _about(inner(inner(event, "data"), "object"))
    return [Notice(str(event["id"]), about)] if about else []


def _about(thing: Json) -> Sought | None:
    """Return what an object is to us. Refunds and disputes may be of charges of ours without saying so."""
    kind = _kind(thing)
    if kind is None or (thing.get("object") in LABELLED and not key_of(thing)):
        return None
    charge = charge_of(thing) if kind in {"refund", "dispute"} else ""
    return Sought(kind, key=key_of(thing), reference=str(thing.get("id") or ""), charge=charge)


def _kind(thing: Json) -> Kind | None:
    if thing.get("object") == "checkout.session":
        return "method" if thing.get("mode") == "setup" else "charge"
    return KINDS.get(str(thing.get("object")))
