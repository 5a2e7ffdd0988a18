"""Differences that were found: written down once, closed by a person or by a later comparison."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import DifferenceClosed
from kernel.contracts.reconciliation import Side
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.models import Reconciliation, ReconciliationFinding
from services.billing.reconciliation.differences import Found


class FindingIsClosed(Conflict):
    """Somebody has said what the difference was, or it is gone."""


def write_findings(uow: UnitOfWork, run: Reconciliation, found: Iterable[Found]) -> None:
    """Write differences down; one that is open already is found again, and stays one."""
    for one in found:
        told = {
            "reconciliation_id": run.id,
            "payment_id": one.payment_id,
            "ours": _json(one.ours),
            "theirs": _json(one.theirs),
            "moved_at": one.moved_at,
        }
        row = insert(ReconciliationFinding).values(
            id=new_id(),
            network_id=uow.network_id,
            gateway=run.gateway,
            thing=one.thing,
            difference=one.difference,
            reference=one.reference,
            found_at=uow.now,
            closed_by="",
            note="",
            **told,
        )
        keys = ["network_id", "gateway", "thing", "reference", "difference"]
        is_open = ReconciliationFinding.closed_at.is_(None)
        uow.session.execute(row.on_conflict_do_update(index_elements=keys, index_where=is_open, set_=told))


def close_gone(uow: UnitOfWork, run: Reconciliation) -> None:
    """Close what differed before, within the run's time, and does so no longer."""
    gone = (
        update(ReconciliationFinding)
        .where(
            ReconciliationFinding.gateway == run.gateway,
            ReconciliationFinding.closed_at.is_(None),
            ReconciliationFinding.moved_at >= run.since,
            ReconciliationFinding.moved_at < run.until,
            ReconciliationFinding.reconciliation_id != run.id,
        )
        .values(closed_at=uow.now, closed_by="worker")
    )
    uow.session.execute(gone.execution_options(synchronize_session=False))


def close_finding(uow: UnitOfWork, finding_id: UUID, *, note: str) -> ReconciliationFinding:
    """Write down what a difference was; raises FindingIsClosed. The money itself is not touched."""
    finding = uow.get(ReconciliationFinding, finding_id, lock=True)
    if finding.closed_at is not None:
        raise FindingIsClosed(N_("This difference is closed already."))
    finding.closed_at, finding.closed_by, finding.note = uow.now, uow.identity.actor, note.strip()
    uow.publish(
        DifferenceClosed(
            finding_id=finding.id, gateway=finding.gateway, reference=finding.reference, note=finding.note
        )
    )
    return finding


def found_by(uow: UnitOfWork, run: Reconciliation) -> int:
    """Return how many differences a run found, new or known before."""
    mine = ReconciliationFinding.reconciliation_id == run.id
    return uow.session.scalar(select(func.count()).select_from(ReconciliationFinding).where(mine)) or 0


def _json(side: Side | None) -> dict[str, Any]:
    return side.model_dump(mode="json") if side else {}
