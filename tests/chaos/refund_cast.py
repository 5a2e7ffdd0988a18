"""Workers that give money back and are killed at a named point; imported by the processes that die.

The broken twin makes a new key for each attempt: whatever a gateway remembers, it cannot know it again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kernel import work
from kernel.config import Settings
from kernel.ids import new_id
from kernel.work import Performer
from services.billing.gateways.configured import Gateways
from services.billing.payment_gateways.stripe.gateway import StripeGateway
from services.billing.refunds import money as refund_money
from services.billing.refunds import refunding
from tests.chaos.actors import be_bell, be_worker
from tests.chaos.deaths import die, then_die
from worker.performers import refunds
from worker.performers.refunds import Refunding, refund_performer

LEASE = timedelta(seconds=2)
DELAYS = [1.0] * 60

POINTS: dict[str, tuple[object, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "before the claim": (work, "claim", lambda _: die),
    "after the claim": (work, "claim", then_die),
    "before the order is written": (refunds, "take_up", lambda _: die),
    "in the transaction of the order": (refunds, "take_up", then_die),
    "once the order is committed": (Refunding, "_take_up", then_die),
    "before the post": (StripeGateway, "refund", lambda _: die),
    "after the post": (StripeGateway, "refund", then_die),
    "before the look-up": (StripeGateway, "find", lambda _: die),
    "after the look-up": (StripeGateway, "find", then_die),
    "before the outcome is written": (refunds, "note_outcome", lambda _: die),
    "before it is booked": (refund_money, "book_refunded", lambda _: die),
    "after it is booked": (refund_money, "book_refunded", then_die),
    "in the transaction of the outcome": (refunds, "note_outcome", then_die),
    "after all is committed": (Refunding, "__call__", then_die),
}


def performers(settings: Settings) -> dict[str, Performer]:
    """Return the performer of refunds as it is, but for its patience."""
    return {"refund": replace(refund_performer(Gateways.of(settings), DELAYS), lease=LEASE)}


def run_worker(settings: Settings, point: str, broken: bool) -> None:
    """Be a worker that gives money back until it comes to the point; without one, until it is killed."""
    if broken:
        forget_keys()
    be_worker(settings, performers, POINTS[point] if point else None)


def run_bell(settings: Settings) -> None:
    """Be a bell for refunds alone."""
    be_bell(settings, performers)


def forget_keys() -> None:
    """Broken: each attempt has a key of its own."""
    order_of = refunding._order

    def order_with_a_new_key(*of: Any) -> Any:
        return replace(order_of(*of), key=f"refund:{new_id()}")

    refunding._order = order_with_a_new_key
