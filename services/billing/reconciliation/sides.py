"""Our side of a comparison: charges, refunds and disputes as rows of one shape."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, or_, select, tuple_

from kernel.contracts.money import Money
from kernel.contracts.plugins import Movement
from kernel.contracts.reconciliation import Side
from kernel.database import UnitOfWork
from services.billing.models import Charge, Dispute, Payment, Reconciliation, Refund
from services.billing.models.reconciliation import Thing
from services.billing.reconciliation.differences import Ours

A_HANDFUL = 500  # rows a statement
FRESH = timedelta(hours=1)
"""What we asked for less than this ago may still be settled by whoever asked: no difference yet."""

Model = type[Charge] | type[Refund] | type[Dispute]

THINGS: tuple[Thing, ...] = ("charge", "refund", "dispute")
MODELS: Mapping[Thing, Model] = {"charge": Charge, "refund": Refund, "dispute": Dispute}


def our_side_of(uow: UnitOfWork, gateway: str, movements: Sequence[Movement]) -> dict[str, Ours]:
    """Return our charges, refunds and disputes for lines of the gateway's list, by ``thing reference``."""
    found: dict[str, Ours] = {}
    for thing in THINGS:
        model = MODELS[thing]
        lines = [line for line in movements if line.kind == thing]
        references = {line.reference for line in lines}
        keys = {line.key for line in lines if line.key}
        wanted = or_(model.reference.in_(references), _key(model).in_(keys))
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
    moved_at = _moved_at(model)
    wanted = (
        _ours(model)
        .where(model.gateway == run.gateway, _has_moved(model), moved_at >= run.since, moved_at < run.until)
        .order_by(moved_at, model.id)
        .limit(A_HANDFUL)
    )
    if after is not None:
        wanted = wanted.where(tuple_(moved_at, model.id) > (after.side.at, after.id))
    return [_as_ours(thing, row, uow.now) for row in uow.session.execute(wanted)]


def _ours(model: Model) -> Select[*tuple[Any, ...]]:
    payment = (Payment.network_id == model.network_id) & (Payment.id == model.payment_id)
    return select(
        model.id,
        model.reference,
        Payment.gateway_reference.label("charge"),
        _key(model).label("key"),
        model.payment_id,
        model.status,
        model.amount,
        model.currency,
        _asked_at(model).label("submitted_at"),
        _moved_at(model).label("settled_at"),
    ).join(Payment, payment)


def _key(model: Model) -> Any:
    """Return our key; a bank that disputes a charge knows of none."""
    return literal("") if issubclass(model, Dispute) else model.key


def _asked_at(model: Model) -> Any:
    return model.created_at if issubclass(model, Dispute) else model.submitted_at


def _moved_at(model: Model) -> Any:
    """Return when it moved; the money of a dispute is gone from the start."""
    return model.created_at if issubclass(model, Dispute) else model.settled_at


def _has_moved(model: Model) -> ColumnElement[bool]:
    return literal(True) if model is Dispute else model.status == "succeeded"


def _as_ours(thing: Thing, row: Row[Any], now: datetime) -> Ours:
    side = Side(
        state=row.status,
        money=Money(amount=row.amount, currency=row.currency),
        at=row.settled_at or row.submitted_at,
        key=row.key,
    )
    is_fresh = row.settled_at is None and (row.submitted_at is None or row.submitted_at > now - FRESH)
    return Ours(row.id, thing, row.reference, row.charge, row.key, row.payment_id, side, is_fresh)
