"""Workers that charge cards and are killed at a named point; imported by the processes that die.

The broken twin makes a new key for each attempt: whatever a gateway remembers, it cannot know it again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kernel import work
from kernel.config import Settings
from kernel.ids import new_id
from kernel.work import Performer
from services.billing.gateways.configured import Gateways
from services.billing.payment_gateways.stripe.gateway import StripeGateway
from services.billing.payments import charging, lifecycle, receipts
from tests.chaos.actors import be_bell, be_worker
from tests.chaos.deaths import die, then_die
from tests.chaos.refund_cast import DELAYS, LEASE
from worker.performers import charges
from worker.performers.charges import Charging, charge_performer

POINTS: dict[str, tuple[object, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "before the claim": (work, "claim", lambda _: die),
    "after the claim": (work, "claim", then_die),
    "before the order is written": (charges, "take_up", lambda _: die),
    "in the transaction of the order": (charges, "take_up", then_die),
    "once the order is committed": (Charging, "_take_up", then_die),
    "before the post": (StripeGateway, "charge", lambda _: die),
    "after the post": (StripeGateway, "charge", then_die),
    "before the look-up": (StripeGateway, "find", lambda _: die),
    "after the look-up": (StripeGateway, "find", then_die),
    "before the outcome is written": (charges, "note_outcome", lambda _: die),
    "before it is booked": (lifecycle, "book_received", lambda _: die),
    "after it is booked": (lifecycle, "book_received", then_die),
    "before the fee is booked": (receipts, "note_fee", lambda _: die),
    "in the transaction of the outcome": (charges, "note_outcome", then_die),
    "after all is committed": (Charging, "__call__", then_die),
}


def performers(settings: Settings) -> dict[str, Performer]:
    """Return the performer of charges as it is, but for its patience."""
    return {"charge": replace(charge_performer(Gateways.of(settings), DELAYS), lease=LEASE)}


def run_worker(settings: Settings, point: str, broken: bool) -> None:
    """Be a worker that charges cards until it comes to the point; without one, until it is killed."""
    if broken:
        forget_keys()
    be_worker(settings, performers, POINTS[point] if point else None)


def run_bell(settings: Settings) -> None:
    """Be a bell for charges alone."""
    be_bell(settings, performers)


def forget_keys() -> None:
    """Broken: each attempt has a key of its own."""
    order_of = charging._order

    def order_with_a_new_key(*of: Any) -> Any:
        return replace(order_of(*of), key=f"charge:{new_id()}")

    charging._order = order_with_a_new_key
