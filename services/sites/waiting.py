"""Which sites open only once their owner's e-mail address is verified, and opening them then.

The policy is the network's own; customers and memberships are copies fed by events, and whatever has not
been told yet makes a site wait. Whoever asks holds the rows until his transaction ends, making them first
if need be: whoever changes one afterwards sees what was left waiting.

A site that waits is pending, and its provisioning is done but for the opening.
"""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.customers import Verification
from kernel.contracts.verification import waits
from kernel.database import UnitOfWork
from services.sites.models import CustomerVerification, KnownMembership, Network, Provisioning, Site
from services.sites.sites import publish_site

C = TypeVar("C", CustomerVerification, KnownMembership)

UPDATED: ColumnElement[bool] = literal_column("xmax <> 0")
"""Of a row that an INSERT returns: whether it was there before (PostgreSQL's own column)."""


def must_wait(uow: UnitOfWork, site: Site) -> bool:
    """Whether the site may not open yet; holds the answer. Ask before locking the site."""
    if site.customer_id is None:
        return False
    policy = uow.session.scalar(select(Network.verification).with_for_update(read=True))
    is_free = policy != "free" or _is_free(uow, site.membership_id)
    if not waits(policy, None, is_free=is_free):
        return False
    return waits(policy, _status(uow, site.customer_id), is_free=is_free)


def open_waiting(
    uow: UnitOfWork, *, customer_id: UUID | None = None, membership_id: UUID | None = None
) -> None:
    """Open the sites that wait no longer: of a customer, of a membership, or of the whole network."""
    done = (Provisioning.network_id == Site.network_id) & (Provisioning.site_id == Site.id)
    waiting = select(Site).join(Provisioning, done & (Provisioning.state == "done"))
    waiting = waiting.where(Site.state == "pending").order_by(Site.id)
    if customer_id:
        waiting = waiting.where(Site.customer_id == customer_id)
    if membership_id:
        waiting = waiting.where(Site.membership_id == membership_id)
    for site in uow.session.scalars(waiting).all():
        if not must_wait(uow, site):
            publish_site(uow, site.id)


def note_newcomers(uow: UnitOfWork, newcomers: Mapping[UUID, Verification]) -> list[UUID]:
    """Write new customers down; return those whom somebody had asked for before we were told.

    One statement: imports tell of a hundred thousand. What was told of one later is left alone.
    """
    return _learn(uow, CustomerVerification, "customer_id", "status", newcomers)


def note_memberships(uow: UnitOfWork, started: Mapping[UUID, bool]) -> list[UUID]:
    """Write new memberships down, free or not; return those that somebody had asked for before."""
    return _learn(uow, KnownMembership, "membership_id", "is_free", started)


def note_status(uow: UnitOfWork, customer_id: UUID, status: Verification) -> None:
    """Write down how a customer's address stands now."""
    told = insert(CustomerVerification).values(
        network_id=uow.network_id, customer_id=customer_id, status=status
    )
    keys = ["network_id", "customer_id"]
    uow.session.execute(told.on_conflict_do_update(index_elements=keys, set_={"status": status}))


def forget(uow: UnitOfWork, customer_id: UUID) -> None:
    """Drop the copy of a customer who was deleted."""
    mine = delete(CustomerVerification).where(CustomerVerification.customer_id == customer_id)
    uow.session.execute(mine)


def _learn(uow: UnitOfWork, copy: type[C], key: str, fact: str, told: Mapping[UUID, object]) -> list[UUID]:
    rows = [{"network_id": uow.network_id, key: found, fact: told[found]} for found in sorted(told)]
    row = insert(copy)
    learnt = row.on_conflict_do_update(
        index_elements=["network_id", key],
        set_={fact: row.excluded[fact]},
        where=getattr(copy, fact).is_(None),
    ).returning(getattr(copy, key).label("found"), UPDATED.label("was_there"))
    return [each.found for each in uow.session.execute(learnt, rows) if each.was_there]


def _is_free(uow: UnitOfWork, membership_id: UUID | None) -> bool:
    """Whether the site is under no paid membership, as far as is known."""
    if membership_id is None:
        return True
    known = _held(uow, KnownMembership, {"membership_id": membership_id})
    return known.is_free is not False


def _status(uow: UnitOfWork, customer_id: UUID) -> str | None:
    return _held(uow, CustomerVerification, {"customer_id": customer_id}).status


def _held(uow: UnitOfWork, copy: type[C], key: dict[str, UUID]) -> C:
    """Return the copy's row, held until the transaction ends; it is made when there is none yet."""
    held = select(copy).filter_by(**key).with_for_update(read=True)
    held = held.execution_options(populate_existing=True)
    found = uow.session.scalar(held)
    if found is None:
        unknown = insert(copy).values(network_id=uow.network_id, **key)
        uow.session.execute(unknown.on_conflict_do_nothing())
        found = uow.session.scalars(held).one()
    return found
