"""Our side of a comparison: charges, refunds and disputes as rows of one shape."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select, tuple_

from kernel.contracts.money import Money
from kernel.contracts.plugins import Movement
from kernel.contracts.reconciliation import Side
from kernel.database import UnitOfWork
from services.billing.models import Charge, Payment, Reconciliation, Refund
from services.billing.models.reconciliation import Thing
from services.billing.reconciliation.differences import Ours

A_HANDFUL = 500  # rows a statement
FRESH = timedelta(hours=1)
"""What we asked for less than this ago may still be settled by whoever asked: no difference yet."""

THINGS: tuple[Thing, ...] = ("charge", "refund")
MODELS: Mapping[str, type[Charge] | type[Refund]] = {"charge": Charge, "refund": Refund}


def our_side_of(uow: UnitOfWork, gateway: str, movements: Sequence[Movement]) -> dict[str, Ours]:
    """Return our charges and refunds for lines of the gateway's list, by ``thing reference``."""
    found: dict[str, Ours] = {}
    for thing in THINGS:
        model = MODELS[thing]
        lines = [line for line in movements if line.kind == thing]
        references = {line.reference for line in lines}
        keys = {line.key for line in lines if line.key}
        wanted = model.reference.in_(references) | model.key.in_(keys)
        rows = uow.session.execute(_ours(model).where(model.gateway == gateway, wanted)).all()
        mine = [_as_ours(thing, row, uow.now) for row in rows]
        by_name = {name: one for one in mine for name in (one.key, one.reference) if name}
        for line in lines:
            one = by_name.get(line.reference) or by_name.get(line.key)
            if one is not None:
                found[f"{thing} {line.reference}"] = one
    return found


def ours_in(uow: UnitOfWork, run: Reconciliation, thing: Thing, after: Ours | None) -> list[Ours]:
    """Return the next of our movements that settled within the run's time, in the order of time."""
    model = MODELS[thing]
    wanted = (
        _ours(model)
        .where(
            model.gateway == run.gateway,
            model.status == "succeeded",
            model.settled_at >= run.since,
            model.settled_at < run.until,
        )
        .order_by(model.settled_at, model.id)
        .limit(A_HANDFUL)
    )
    if after is not None:
        wanted = wanted.where(tuple_(model.settled_at, model.id) > (after.side.at, after.id))
    return [_as_ours(thing, row, uow.now) for row in uow.session.execute(wanted)]


def _ours(model: type[Charge] | type[Refund]) -> Select[*tuple[Any, ...]]:
    payment = (Payment.network_id == model.network_id) & (Payment.id == model.payment_id)
    return select(
        model.id,
        model.reference,
        Payment.gateway_reference.label("charge"),
        model.key,
        model.payment_id,
        model.status,
        model.amount,
        model.currency,
        model.submitted_at,
        model.settled_at,
    ).join(Payment, payment)


def _as_ours(thing: Thing, row: Row[Any], now: datetime) -> Ours:
    side = Side(
        state=row.status,
        money=Money(amount=row.amount, currency=row.currency),
        at=row.settled_at or row.submitted_at,
        key=row.key,
    )
    is_fresh = row.settled_at is None and (row.submitted_at is None or row.submitted_at > now - FRESH)
    return Ours(row.id, thing, row.reference, row.charge, row.key, row.payment_id, side, is_fresh)
