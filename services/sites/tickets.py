"""Let an admin into a customer's site: a ticket, tied to a browser, used up once."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import or_, update

from kernel.contracts.events import VisitStarted
from kernel.contracts.sites import Redemption, TicketBinding, TicketIssued, TicketOrder, TicketToken
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden
from kernel.ids import new_id
from services.sites.models import Site, SwitchTicket, Visit
from services.sites.rows import host_of
from services.sites.sites import network_of
from services.sites.visits import end_visits_by

TICKET_LIFE = timedelta(seconds=60)
VISIT_LIFE = timedelta(minutes=60)
SECRET_BYTES = 32


class NobodyToSwitch(Forbidden):
    """Only a person can switch to a site; an API key or the command line cannot."""


class SiteNotOpen(Conflict):
    """The site cannot be switched to while it is pending or disabled."""


class SiteOfAnother(Conflict):
    """The site does not belong to the customer it was asked for with."""


class TicketNotValid(Conflict):
    """Unknown, used, late, or for another host or browser; the caller is not told which."""


def hash_of(secret: str) -> str:
    """Return what we keep of a secret: SHA-256, hex."""
    return sha256(secret.encode()).hexdigest()


def issue_ticket(uow: UnitOfWork, order: TicketOrder) -> TicketIssued:
    """Issue a ticket for the site's host. Raises NobodyToSwitch, SiteOfAnother and SiteNotOpen."""
    admin_id = uow.identity.account_id
    if admin_id is None:
        raise NobodyToSwitch(N_("Only somebody who is signed in can switch to a site."))
    site = uow.get(Site, order.site_id)
    _check_open(site, order.customer_id)
    ticket = SwitchTicket(
        id=new_id(),
        admin_id=admin_id,
        host=host_of(site, network_of(uow).domain),
        issued_at=uow.now,
        expires_at=uow.now + TICKET_LIFE,
        **dict(order),
    )
    uow.add(ticket)
    return TicketIssued(ticket_id=ticket.id, host=ticket.host, expires_at=ticket.expires_at)


def bind_ticket(uow: UnitOfWork, ticket_id: UUID, binding: TicketBinding) -> TicketToken:
    """Tie the ticket to a browser and give out its secret, once, to the session that asked for it."""
    token = token_urlsafe(SECRET_BYTES)
    bound = (
        update(SwitchTicket)
        .where(
            SwitchTicket.id == ticket_id,
            SwitchTicket.admin_id == uow.identity.account_id,
            SwitchTicket.admin_session == binding.admin_session,
            SwitchTicket.token_hash.is_(None),
            SwitchTicket.expires_at > uow.now,
        )
        .values(token_hash=hash_of(token), nonce_hash=binding.nonce_hash)
        .returning(SwitchTicket.host)
    )
    host = uow.session.scalar(bound)
    if host is None:
        raise _not_valid()
    return TicketToken(token=token, host=host)


def redeem_ticket(uow: UnitOfWork, redemption: Redemption) -> Visit:
    """Use the ticket up and start the visit; raises TicketNotValid.

    One UPDATE decides, so two browsers cannot both get in. A site that was closed or changed
    hands in between lets nobody in.
    """
    used = (
        update(SwitchTicket)
        .where(
            SwitchTicket.token_hash == hash_of(redemption.token),
            SwitchTicket.nonce_hash == hash_of(redemption.nonce),
            SwitchTicket.host == redemption.host.lower(),
            SwitchTicket.consumed_at.is_(None),
            SwitchTicket.expires_at > uow.now,
            or_(SwitchTicket.allowed_until.is_(None), SwitchTicket.allowed_until > uow.now),
            Site.network_id == SwitchTicket.network_id,
            Site.id == SwitchTicket.site_id,
            Site.customer_id == SwitchTicket.customer_id,
            Site.state == "active",
        )
        .values(consumed_at=uow.now)
        .returning(SwitchTicket)
    )
    ticket = uow.session.scalar(used)
    if ticket is None:
        raise _not_valid()
    return _start_visit(uow, ticket)


def _end_of(ticket: SwitchTicket, now: datetime) -> datetime:
    """Return when the visit is over whatever happens: after an hour, or with the owner's consent."""
    an_hour = now + VISIT_LIFE
    return min(an_hour, ticket.allowed_until) if ticket.allowed_until else an_hour


def _start_visit(uow: UnitOfWork, ticket: SwitchTicket) -> Visit:
    """Start the visit; whatever else the admin visits is over, for he is at one place at a time."""
    uow.hold(f"switches of {ticket.admin_id}")
    end_visits_by(uow, ticket.admin_id, cause="another switch")
    visit = Visit(
        id=new_id(),
        ticket_id=ticket.id,
        site_id=ticket.site_id,
        customer_id=ticket.customer_id,
        account_id=ticket.account_id,
        account_epoch=ticket.account_epoch,
        admin_id=ticket.admin_id,
        admin_session=ticket.admin_session,
        return_path=ticket.return_path,
        mode=ticket.mode,
        admin_name=ticket.admin_name,
        customer_name=ticket.customer_name,
        started_at=uow.now,
        seen_at=uow.now,
        expires_at=_end_of(ticket, uow.now),
    )
    uow.add(visit)
    # The gateway carries the ticket, but it is the admin who arrives.
    uow.act_for(replace(uow.identity, actor=f"account:{ticket.admin_id}"))
    uow.publish(
        VisitStarted(
            visit_id=visit.id,
            site_id=visit.site_id,
            customer_id=visit.customer_id,
            admin_id=visit.admin_id,
            reason=ticket.reason,
            mode=visit.mode,
        )
    )
    return visit


def _check_open(site: Site, customer_id: UUID) -> None:
    if site.customer_id != customer_id:
        raise SiteOfAnother(N_("%(site)s does not belong to this customer."), site=site.title)
    if site.state == "pending":
        raise SiteNotOpen(
            N_("%(site)s is still being set up; it can be switched to once it is published."), site=site.title
        )
    if site.state == "disabled":
        raise SiteNotOpen(
            N_("%(site)s is disabled; it can be switched to once it is published again."), site=site.title
        )


def _not_valid() -> TicketNotValid:
    return TicketNotValid(N_("This way in has been used or is too old. Go back and switch again."))
