"""Reading the books: how accounts stand, comparisons, and differences, newest first."""

from typing import Any

from sqlalchemy import func, select, tuple_

from kernel.contracts import reconciliation as contracts
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from services.billing.models import BookCheck, Reconciliation, ReconciliationFinding

FINDINGS = 50
RUNS = 20
LIST = "findings"


def books(uow: UnitOfWork) -> contracts.Books:
    """Return how every account stood when last checked; nothing before the first check."""
    check = uow.session.scalar(select(BookCheck))
    if check is None:
        return contracts.Books(checked_at=None, is_due=False, balances=[], errors=[])
    return contracts.Books(
        checked_at=check.checked_at,
        is_due=check.state == "leased" or (check.state == "due" and check.due_at <= uow.now),
        balances=[contracts.Balance.model_validate(one) for one in check.balances],
        errors=[contracts.BookError.model_validate(one) for one in check.errors],
    )


def comparisons(uow: UnitOfWork, gateways: list[str]) -> contracts.Comparisons:
    """Return the newest comparisons, and the gateways that can be compared with."""
    newest = select(Reconciliation).order_by(Reconciliation.until.desc(), Reconciliation.id.desc())
    runs = uow.session.scalars(newest.limit(RUNS))
    return contracts.Comparisons(items=[comparison_of(run) for run in runs], gateways=gateways)


def comparison_of(run: Reconciliation) -> contracts.Comparison:
    return contracts.Comparison(
        id=run.id,
        gateway=run.gateway,
        since=run.since,
        until=run.until,
        state=run.state,
        compared=run.compared,
        found=run.found,
        error=run.last_error,
        asked_by=run.asked_by,
        finished_at=run.finished_at,
    )


def findings(uow: UnitOfWork, wanted: contracts.FindingsQuery) -> contracts.Findings:
    """Return a page of differences. Raises CursorNotValid."""
    newest = select(ReconciliationFinding).order_by(
        ReconciliationFinding.found_at.desc(), ReconciliationFinding.id.desc()
    )
    for condition in _conditions(wanted):
        newest = newest.where(condition)
    rows = list(uow.session.scalars(newest.limit(FINDINGS + 1)))
    last = rows[FINDINGS - 1] if len(rows) > FINDINGS else None
    return contracts.Findings(
        items=[finding_of(row) for row in rows[:FINDINGS]],
        open_count=open_findings(uow),
        after=TimeCursor(list=LIST, value=last.found_at, id=last.id).written() if last else None,
    )


def open_findings(uow: UnitOfWork) -> int:
    """Return how many differences nobody has explained yet."""
    is_open = ReconciliationFinding.closed_at.is_(None)
    counted = select(func.count()).select_from(ReconciliationFinding).where(is_open)
    return uow.session.scalar(counted) or 0


def finding_of(row: ReconciliationFinding) -> contracts.Finding:
    return contracts.Finding(
        id=row.id,
        gateway=row.gateway,
        thing=row.thing,
        difference=row.difference,
        reference=row.reference,
        payment_id=row.payment_id,
        ours=_side(row.ours),
        theirs=_side(row.theirs),
        found_at=row.found_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        note=row.note,
    )


def _conditions(wanted: contracts.FindingsQuery) -> list[Any]:
    finding = ReconciliationFinding
    conditions: list[Any] = []
    if wanted.show != "all":
        is_open = finding.closed_at.is_(None)
        conditions.append(is_open if wanted.show == "open" else ~is_open)
    if wanted.gateway:
        conditions.append(finding.gateway == wanted.gateway)
    if wanted.difference:
        conditions.append(finding.difference == wanted.difference)
    if wanted.after:
        after = TimeCursor.read(wanted.after, of=LIST, field="after")
        conditions.append(tuple_(finding.found_at, finding.id) < (after.value, after.id))
    return conditions


def _side(kept: dict[str, Any]) -> contracts.Side | None:
    return contracts.Side.model_validate(kept) if kept else None
