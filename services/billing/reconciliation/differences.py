"""How a line of a gateway's list and a row of ours differ: rules that need no database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.contracts.plugins import Dispute, Movement, Outcome
from kernel.contracts.reconciliation import Difference, Side
from services.billing.models.reconciliation import Thing

GONE = frozenset({"failed", "reversed", "cancelled"})
"""Words for the same: nothing has moved in the end."""


@dataclass(frozen=True)
class Ours:
    """A movement of ours. ``is_fresh``: it was asked for just now, and may still be settled."""

    id: UUID
    thing: Thing
    reference: str
    charge: str
    key: str
    payment_id: UUID
    side: Side
    is_fresh: bool

    @property
    def name(self) -> str:
        """What it goes by among the movements of every kind."""
        return f"{self.thing} {self.id}"


@dataclass(frozen=True)
class Found:
    """A difference, before it is written down."""

    thing: Thing
    difference: Difference
    reference: str
    payment_id: UUID | None
    moved_at: datetime
    ours: Side | None = None
    theirs: Side | None = None


def compare(line: Movement, ours: Ours | None) -> Found | None:
    """Return how a line of the gateway's list differs from our row; None when it does not."""
    theirs = Side(state=line.state, money=line.money, at=line.at, key=line.key)
    if ours is None:
        if line.state in GONE:
            return None
        return Found(line.kind, "extra", line.reference, None, line.at, theirs=theirs)
    difference = _difference(ours, theirs)
    if difference is None:
        return None
    return Found(line.kind, difference, line.reference, ours.payment_id, line.at, ours.side, theirs)


def missing(ours: Ours, theirs: Side | None) -> Found | None:
    """Return how a movement of ours differs that the list had not; ``theirs``: as asked for by name."""
    at = ours.side.at
    if at is None:
        return None
    reference = ours.reference or ours.key
    if theirs is None:
        return Found(ours.thing, "missing", reference, ours.payment_id, at, ours.side)
    difference = _difference(ours, theirs)
    return (
        Found(ours.thing, difference, reference, ours.payment_id, at, ours.side, theirs)
        if difference
        else None
    )


def side_of(answer: Outcome | Dispute | None, ours: Ours) -> Side | None:
    """Return what the gateway says of one movement, asked for by name; None: it never saw it."""
    if answer is None:
        return None
    return Side(state=answer.state, money=answer.money or ours.side.money, at=None)


def _difference(ours: Ours, theirs: Side) -> Difference | None:
    if ours.side.money.currency != theirs.money.currency:
        return "currency"
    if ours.side.money.amount != theirs.money.amount:
        return "amount"
    both_gone = ours.side.state in GONE and theirs.state in GONE
    if ours.side.state == theirs.state or both_gone or ours.is_fresh:
        return None
    return "state"
