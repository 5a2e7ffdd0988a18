"""Comparisons: when one is due, and how it ended."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import DifferencesFound
from kernel.contracts.plugins import KeepsList
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.gateways.configured import MANUAL, Gateways
from services.billing.models import GatewaySettings, Reconciliation
from services.billing.reconciliation.findings import close_gone, found_by

KIND = "reconciliation"
SETTLES = timedelta(hours=1)
"""Movements younger than this are left for the next comparison: they may still be settled on either side."""

FIRST = timedelta(days=7)
"""How far the first comparison with a gateway looks back."""

OVERLAP = timedelta(days=2)
"""How far each later one looks back behind the end of the one before: what came late is seen too."""


class KeepsNoList(Conflict):
    """The gateway has no list of its own to compare with, or the network does not use it."""


def listing_gateways(uow: UnitOfWork, gateways: Gateways) -> list[str]:
    """Return the gateways that the network uses and whose list can be compared."""
    used = select(GatewaySettings.gateway).order_by(GatewaySettings.gateway)
    return [name for name in uow.session.scalars(used) if _keeps_list(gateways, name)]


def ask_for_run(uow: UnitOfWork, gateways: Gateways, gateway: str, *, days: int) -> Reconciliation:
    """Have the last ``days`` days compared now; within the minute it is the same. Raises KeepsNoList."""
    if gateway not in listing_gateways(uow, gateways):
        raise KeepsNoList(N_("%(gateway)s keeps no list that could be compared."), gateway=gateway)
    until = uow.now.replace(second=0, microsecond=0)
    return _make(uow, gateway, since=until - timedelta(days=days), until=until)


def plan_runs(billing: Database, now: datetime) -> int:
    """Make the comparisons of the day that are not there yet, in every network; return how many.

    What is due follows from the last one's end: days that nobody compared are compared with the next.
    Whether a gateway keeps a list is known to who performs it.
    """
    until = (now - SETTLES).replace(hour=0, minute=0, second=0, microsecond=0)
    last = (
        select(
            Reconciliation.network_id, Reconciliation.gateway, func.max(Reconciliation.until).label("until")
        )
        .group_by(Reconciliation.network_id, Reconciliation.gateway)
        .subquery()
    )
    same = (last.c.network_id == GatewaySettings.network_id) & (last.c.gateway == GatewaySettings.gateway)
    used = select(GatewaySettings.network_id, GatewaySettings.gateway, last.c.until).outerjoin(last, same)
    with billing.across_networks("plan comparisons") as session:
        made = [
            row_id
            for network_id, gateway, ended in session.execute(used).all()
            if gateway != MANUAL and (ended is None or ended < until)
            for row_id in session.scalars(
                insert(Reconciliation)
                .values(
                    **_new(gateway, since=ended - OVERLAP if ended else until - FIRST, until=until, now=now),
                    network_id=network_id,
                    asked_by="worker",
                )
                .on_conflict_do_nothing()
                .returning(Reconciliation.id)
            )
        ]
    return len(made)


def finish_run(uow: UnitOfWork, run: Reconciliation, *, compared: int) -> None:
    """Close what differs no longer, write down how the comparison ended, and tell of what it found."""
    close_gone(uow, run)
    run.compared, run.found, run.finished_at = compared, found_by(uow, run), uow.now
    if run.found:
        uow.publish(DifferencesFound(reconciliation_id=run.id, gateway=run.gateway, number=run.found))


def _make(uow: UnitOfWork, gateway: str, *, since: datetime, until: datetime) -> Reconciliation:
    wanted = _new(gateway, since=since, until=until, now=uow.now)
    row = insert(Reconciliation).values(**wanted, network_id=uow.network_id, asked_by=uow.identity.actor)
    uow.session.execute(row.on_conflict_do_nothing())
    same = select(Reconciliation).where(Reconciliation.gateway == gateway, Reconciliation.until == until)
    run = uow.session.scalars(same).one()
    uow.ring(KIND, run.id)
    return run


def _new(gateway: str, *, since: datetime, until: datetime, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "state": "due",
        "attempts": 0,
        "due_at": now,
        "last_error": "",
        "gateway": gateway,
        "since": since,
        "until": until,
        "compared": 0,
        "found": 0,
        "created_at": now,
    }


def _keeps_list(gateways: Gateways, name: str) -> bool:
    plugin = gateways.plugins.get(name)
    return plugin is not None and issubclass(plugin, KeepsList)
