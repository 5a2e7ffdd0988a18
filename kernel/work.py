"""Due work: rows with a lease. The row is the truth; a message only says that there is work.

``claim`` (one UPDATE: attempts + 1, a lease) -> no transaction open -> talk to the world ->
``finish``, ``retry_later`` or ``give_up``, which write only while the lease token still matches:
a worker that was given up for dead cannot overwrite what its successor did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Index, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from kernel import clock, metrics
from kernel.auth import Identity
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Conflict
from kernel.tables import TenantScoped

LEASE = timedelta(seconds=60)
JITTER = 0.2  # of the delay, to both sides
TAKEN_OVER = N_("Somebody else took this work over.")
CRASHES = 10  # leases that may run out on top of the attempts; then the row itself is to blame

log = structlog.get_logger()


class LeaseLost(Conflict):
    """Somebody else has the row by now; what this one learned is not written."""


class DueWork(TenantScoped):
    """A row of work: ``due`` from ``due_at``, ``leased`` until ``lease_until``, ``done`` or ``dead``."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    last_error: Mapped[str] = mapped_column(default="")

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return work_indexes(cls.__tablename__)  # type: ignore[attr-defined]


def work_indexes(table: str) -> tuple[Index, Index]:
    """Return the indexes of a table of due work: of what is to be done, and of what was given up."""
    return (
        Index(f"ix_{table}_open", "due_at", postgresql_where=text("state IN ('due', 'leased')")),
        Index(f"ix_{table}_dead", "network_id", "due_at", postgresql_where=text("state = 'dead'")),
    )


W = TypeVar("W", bound=DueWork)


@dataclass(frozen=True)
class Claim:
    """The right to perform one row until ``until``."""

    kind: str
    id: UUID
    network_id: UUID
    token: UUID
    attempts: int
    until: datetime


@dataclass(frozen=True)
class Result:
    """How one attempt ended. ``later``: may heal, try again; ``dead``: never will.

    ``is_written``: the row says so already, in the transaction of what else followed from it.
    """

    state: Literal["done", "later", "dead"]
    reason: str = ""
    is_written: bool = False


Perform = Callable[[Database, Claim], Result]


@dataclass(frozen=True)
class Kind:
    """A kind of due work: what its rows are called, in whose database they are, and their table."""

    kind: str
    home: str
    model: type[DueWork]


@dataclass(frozen=True)
class Performer(Kind):
    """What performs the rows of one table.

    ``perform`` talks to the world with no transaction open, and writes what it did in one unit of
    work, which it closes with ``finish``. ``delays`` (seconds) are the waits between attempts;
    after the last the row is dead.
    """

    perform: Perform
    delays: Sequence[float] = (5, 30, 300, 3600)
    lease: timedelta = LEASE


@dataclass(frozen=True)
class Tally:
    """How many rows of a kind are waiting, being worked on, done for now and dead."""

    kind: str
    due: int
    leased: int
    dead: int


def claim(performer: Performer, home: Database, row_id: UUID) -> Claim | None:
    """Take the row if it is due, or its lease ran out; None when there is nothing to do."""
    model, at = performer.model, clock.now()
    token, until = uuid4(), at + performer.lease
    with home.across_networks(f"claim {performer.kind}") as session:
        taken = session.execute(
            update(model)
            .where(model.id == row_id, _ready(model, at))
            .values(state="leased", attempts=model.attempts + 1, lease_until=until, lease_token=token)
            .returning(model.network_id, model.attempts)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if taken is None:
        return None
    return Claim(performer.kind, row_id, taken.network_id, token, taken.attempts, until)


def perform(performer: Performer, home: Database, row_id: UUID) -> bool:
    """Claim a row and perform it; True when it was ours to perform.

    An error that ``perform`` raises counts as "may heal": the row is tried again, with back-off.
    """
    mine = claim(performer, home, row_id)
    if mine is None:
        return False
    try:
        result = _attempt(performer, home, mine)
        if result.state != "done" and not result.is_written:
            _put_back(performer, home, mine, result)
        metrics.work.labels(mine.kind, result.state).inc()
    except LeaseLost:
        log.warning("lease lost", kind=mine.kind, id=str(mine.id))
        metrics.work.labels(mine.kind, "lost").inc()
    return True


def _attempt(performer: Performer, home: Database, mine: Claim) -> Result:
    if mine.attempts > len(performer.delays) + 1 + CRASHES:
        return Result("dead", "Whoever performed this ended before it was done, again and again.")
    try:
        return performer.perform(home, mine)
    except LeaseLost:
        raise
    except Exception as reason:
        log.exception("work failed", kind=mine.kind, id=str(mine.id), attempts=mine.attempts)
        return Result("later", f"{type(reason).__name__}: {reason}"[:2000])


def _put_back(performer: Performer, home: Database, mine: Claim, result: Result) -> None:
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        if result.state == "dead" or mine.attempts > len(performer.delays):
            give_up(uow, performer.model, mine, result.reason)
        else:
            delay = performer.delays[mine.attempts - 1]
            retry_later(uow, performer.model, mine, result.reason, seconds=delay)


def require_lease(row: DueWork, mine: Claim) -> None:
    """Raise LeaseLost unless the locked row is still ours; for who changes it before he settles it."""
    if row.lease_token != mine.token:
        raise LeaseLost(TAKEN_OVER)


def finish(uow: UnitOfWork, model: type[DueWork], mine: Claim) -> None:
    """Mark the row done, in the transaction of its effect. Raises LeaseLost, which undoes both."""
    _settle(uow, model, mine, state="done", last_error="")


def hold(uow: UnitOfWork, model: type[DueWork], mine: Claim, lease: timedelta = LEASE) -> None:
    """Keep the row for another lease, in the transaction of a step. Raises LeaseLost, which undoes both.

    What came a step further may crash as often again.
    """
    _settle(uow, model, mine, state="leased", attempts=0, lease_until=uow.now + lease, lease_token=mine.token)


def go_on(uow: UnitOfWork, model: type[DueWork], mine: Claim) -> None:
    """Put the row back for its next turn, at once: it came a step further, and others want the thread."""
    _settle(uow, model, mine, state="due", attempts=0, due_at=uow.now)
    uow.ring(mine.kind, mine.id)


def wait_until(uow: UnitOfWork, model: type[DueWork], mine: Claim, at: datetime) -> None:
    """Put the row back, all being well: nothing is to be done about it before ``at``."""
    _settle(uow, model, mine, state="due", attempts=0, last_error="", due_at=at)


def retry_later(uow: UnitOfWork, model: type[DueWork], mine: Claim, reason: str, *, seconds: float) -> None:
    """Put the row back for another attempt, after about ``seconds``."""
    wait = timedelta(seconds=seconds * uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - jitter, no secret
    _settle(uow, model, mine, state="due", last_error=reason, due_at=uow.now + wait)


def give_up(uow: UnitOfWork, model: type[DueWork], mine: Claim, reason: str) -> None:
    """Leave the row dead: visible, and only a person brings it back."""
    _settle(uow, model, mine, state="dead", last_error=reason)


def _settle(uow: UnitOfWork, model: type[DueWork], mine: Claim, **values: object) -> None:
    settled = uow.session.execute(
        update(model)
        .where(model.id == mine.id, model.lease_token == mine.token, model.state == "leased")
        .values({"lease_until": None, "lease_token": None} | values)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if settled is None:
        raise LeaseLost(TAKEN_OVER)


def due(kind: Kind, home: Database, limit: int = 200) -> list[UUID]:
    """Return rows of any network that wait to be performed, those due longest first."""
    model = kind.model
    with home.across_networks(f"sweep {kind.kind}") as session:
        ready = select(model.id).where(_ready(model, clock.now())).order_by(model.due_at).limit(limit)
        return list(session.scalars(ready))


def tally(kind: Kind, home: Database) -> Tally:
    """Return how many rows are in each state, over all networks."""
    model = kind.model
    with home.across_networks(f"tally {kind.kind}") as session:
        counted = _count_states(session, model)
    return Tally(kind.kind, counted.get("due", 0), counted.get("leased", 0), counted.get("dead", 0))


def _count_states(session: Session, model: type[DueWork]) -> dict[str, int]:
    rows = session.execute(
        select(model.state, func.count()).where(model.state != "done").group_by(model.state)
    )
    return {state: number for state, number in rows}


def retry_dead(performer: Performer, home: Database, row_id: UUID | None = None) -> int:
    """Make dead rows due again, one or all of a kind; return how many."""
    model = performer.model
    with home.across_networks(f"retry {performer.kind}") as session:
        again = update(model).where(model.state == "dead")
        if row_id is not None:
            again = again.where(model.id == row_id)
        revived = session.execute(
            again.values(state="due", attempts=0, due_at=clock.now())
            .returning(model.id)
            .execution_options(synchronize_session=False)
        )
        return len(revived.all())


def _ready(model: type[DueWork], at: datetime) -> Any:
    waiting = (model.state == "due") & (model.due_at <= at)
    abandoned = (model.state == "leased") & (model.lease_until <= at)
    return or_(waiting, abandoned)
