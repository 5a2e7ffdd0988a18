"""Stripe's own list of what moved, to be compared with ours, without what others moved there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from stripe import StripeClient

from kernel.contracts.money import Money
from kernel.contracts.plugins import Movement
from services.billing.payment_gateways.stripe.amounts import from_stripe
from services.billing.payment_gateways.stripe.client import A_PAGE, asking
from services.billing.payment_gateways.stripe.reading import (
    Json,
    charge_of,
    inner,
    key_of,
    labels_of,
    read_dispute,
    read_refund,
)


def movements(client: StripeClient, since: datetime, until: datetime) -> Iterator[Movement]:
    """Give the charges, refunds and disputes that were made from ``since`` until just before ``until``."""
    asked: Any = {
        "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
        "limit": A_PAGE,
        "expand": ["data.payment_intent"],
    }
    services: list[Any] = [client.v1.charges, client.v1.refunds, client.v1.disputes]
    with asking():
        for service, read in zip(services, (_charge, _refund, _dispute), strict=True):
            ours = (one.to_dict() for one in service.list(asked).auto_paging_iter())
            yield from (read(each) for each in ours if _is_ours(each))


def _is_ours(thing: Json) -> bool:
    """Whether it belongs to a charge of ours; a try that the bank refused moved nothing, and never will."""
    if thing.get("object") == "charge" and thing.get("status") == "failed":
        return False
    return bool(key_of(thing) or key_of(inner(thing, "payment_intent")))


def _charge(charge: Json) -> Movement:
    name, key = charge_of(charge), key_of(inner(charge, "payment_intent"))
    return Movement(
        "charge", name, name, _money(charge), str(charge["status"]), _at(charge), key, _labels(charge)
    )


def _refund(refund: Json) -> Movement:
    name, state = str(refund["id"]), read_refund(refund).state
    key, labels = key_of(refund), _labels(refund)
    return Movement("refund", name, charge_of(refund), _money(refund), state, _at(refund), key, labels)


def _dispute(dispute: Json) -> Movement:
    name, state = str(dispute["id"]), read_dispute(dispute).state
    labels = _labels(dispute)
    return Movement("dispute", name, charge_of(dispute), _money(dispute), state, _at(dispute), labels=labels)


def _money(thing: Json) -> Money:
    return from_stripe(thing["amount"], thing["currency"])


def _at(thing: Json) -> datetime:
    return datetime.fromtimestamp(thing["created"], UTC)


def _labels(thing: Json) -> dict[str, str]:
    return labels_of(thing) or labels_of(inner(thing, "payment_intent"))
