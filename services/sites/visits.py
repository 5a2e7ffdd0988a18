"""Admins' visits to sites: whether one still stands, and how it ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true, update

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.credentials import VisitsEnded
from kernel.contracts.events import VisitEnded
from kernel.contracts.sites import VisitEnd
from kernel.database import Database, UnitOfWork
from kernel.errors import NotFound
from services.sites.models import Site, SwitchTicket, Visit

IDLE = timedelta(minutes=15)
NOTED_EVERY = timedelta(minutes=1)


def standing_visit(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Return a visit that goes on; raises NotFound once it is over, or its site closed or changed hands."""
    site = (Site.network_id == Visit.network_id) & (Site.id == Visit.site_id)
    visit = uow.session.scalar(
        select(Visit)
        .join(Site, site)
        .where(
            Visit.id == visit_id,
            _of_caller(uow.identity),
            Visit.ended_at.is_(None),
            Visit.expires_at > uow.now,
            Visit.seen_at > uow.now - IDLE,
            Site.state == "active",
            Site.customer_id == Visit.customer_id,
        )
    )
    if visit is None:
        raise NotFound(Visit.missing)
    return visit


def seen_on_visit(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Return a visit that goes on, and note, to the minute, that the admin is there. Raises NotFound."""
    visit = standing_visit(uow, visit_id)
    if visit.seen_at <= uow.now - NOTED_EVERY:
        here = update(Visit).where(Visit.id == visit_id, Visit.seen_at < uow.now, Visit.ended_at.is_(None))
        uow.session.execute(here.values(seen_at=uow.now))
    return visit


def end_visit(uow: UnitOfWork, visit_id: UUID, end: VisitEnd) -> None:
    """End one visit; nothing happens to one that has ended. Raises NotFound."""
    known = select(Visit.id).where(Visit.id == visit_id, _of_caller(uow.identity))
    if uow.session.scalar(known) is None:
        raise NotFound(Visit.missing)
    _end(uow, Visit.id == visit_id, end.cause)


def end_visits(uow: UnitOfWork, end: VisitEnd) -> None:
    """End every visit that began from the admin session named in ``end``."""
    _end(uow, (Visit.admin_session == end.admin_session) & _of_caller(uow.identity), end.cause)


def end_visits_of(uow: UnitOfWork, account_id: UUID) -> VisitsEnded:
    """End every visit by an account or to it, and every ticket on the way; return how many of each."""
    his = (SwitchTicket.account_id == account_id) | (SwitchTicket.admin_id == account_id)
    tickets = _void_tickets(uow, his)
    visits = _end(uow, (Visit.account_id == account_id) | (Visit.admin_id == account_id), "sign-in forced")
    return VisitsEnded(visits=visits, tickets=tickets)


def end_visits_by(uow: UnitOfWork, admin_id: UUID, *, cause: str) -> None:
    """End whatever visit the admin is on."""
    _end(uow, Visit.admin_id == admin_id, cause)


def end_every_visit(uow: UnitOfWork) -> VisitsEnded:
    """End every visit of the network, and every ticket on the way; return how many of each."""
    tickets = _void_tickets(uow, true())
    return VisitsEnded(visits=_end(uow, true(), "ended by an admin"), tickets=tickets)


def end_visits_to(uow: UnitOfWork, customer_id: UUID, *, cause: str) -> None:
    """End every visit, of whatever admin, to the customer's sites."""
    _end(uow, Visit.customer_id == customer_id, cause)


def end_visits_on(uow: UnitOfWork, site_id: UUID, *, cause: str) -> None:
    """End every visit, of whatever admin, on one site."""
    _end(uow, Visit.site_id == site_id, cause)


def end_expired_visits(database: Database) -> None:
    """End every visit, of whatever network, whose time ran out, or whose admin does nothing any more."""
    now = clock.now()
    over = (Visit.expires_at <= now) | (Visit.seen_at <= now - IDLE)
    with database.across_networks("visits whose time ran out") as session:
        expired = select(Visit.network_id).where(Visit.ended_at.is_(None), over).distinct()
        networks = session.scalars(expired).all()
    for network_id in networks:
        with database.unit_of_work(Identity.worker(network_id)) as uow:
            _end(uow, Visit.expires_at <= uow.now, "expired")
            _end(uow, Visit.seen_at <= uow.now - IDLE, "idle")


def _void_tickets(uow: UnitOfWork, which: ColumnElement[bool]) -> int:
    """Let no ticket open anything any more; before visits are ended, or one could begin meanwhile."""
    voided = uow.session.scalars(
        update(SwitchTicket)
        .where(which, SwitchTicket.consumed_at.is_(None), SwitchTicket.expires_at > uow.now)
        .values(expires_at=uow.now)
        .returning(SwitchTicket.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(voided)


def _end(uow: UnitOfWork, which: ColumnElement[bool], cause: str) -> int:
    ended = uow.session.scalars(
        update(Visit)
        .where(which, Visit.ended_at.is_(None))
        .values(ended_at=func.least(uow.now, Visit.expires_at, Visit.seen_at + IDLE), cause=cause)
        .returning(Visit)
    ).all()
    uow.publish_many(
        VisitEnded(
            visit_id=visit.id,
            site_id=visit.site_id,
            customer_id=visit.customer_id,
            admin_id=visit.admin_id,
            cause=cause,
        )
        for visit in ended
    )
    return len(ended)


def _of_caller(identity: Identity) -> ColumnElement[Any]:
    """Limit to what the caller may know of: a visitor his visit, an admin his own, the gateway all."""
    if identity.is_visiting:
        return Visit.id == identity.visit_id
    if identity.account_id is not None:
        return Visit.admin_id == identity.account_id
    return true()
