"""Give a site to another customer, with all that is of it; who is there in the old owner's place leaves."""

from uuid import UUID

from sqlalchemy import select

from kernel.contracts.events import SiteOwnerChanged
from kernel.database import UnitOfWork
from kernel.tombstones import Departed, require_alive
from services.sites.lifecycle.primary import choose_primary
from services.sites.models import DepartedCustomer, Site
from services.sites.sites import is_first
from services.sites.visits import end_visits_on


def follow_membership(
    uow: UnitOfWork, membership_id: UUID, *, former_id: UUID, customer_id: UUID, with_sites: bool
) -> None:
    """Let the sites of a membership go with it to its new customer, or stay where they are without it."""
    under_it = select(Site).where(Site.membership_id == membership_id, Site.customer_id == former_id)
    if with_sites and not _is_alive(uow, customer_id):
        with_sites = False
    for site in uow.session.scalars(under_it.order_by(Site.id).with_for_update()).all():
        if with_sites:
            _give(uow, site, customer_id)
        else:
            site.membership_id, site.modified_at = None, uow.now


def _give(uow: UnitOfWork, site: Site, customer_id: UUID) -> None:
    former_id, was_primary = site.customer_id, site.is_primary
    end_visits_on(uow, site.id, cause="site changed hands")
    site.is_primary = False
    uow.session.flush()
    site.customer_id, site.is_primary = customer_id, is_first(uow, customer_id)
    site.modified_at = uow.now
    uow.session.flush()
    if was_primary and former_id is not None:
        choose_primary(uow, former_id)
    uow.publish(
        SiteOwnerChanged(
            site_id=site.id, customer_id=customer_id, former_customer_id=former_id, name=site.name
        )
    )


def _is_alive(uow: UnitOfWork, customer_id: UUID) -> bool:
    try:
        require_alive(uow, DepartedCustomer, customer_id)
    except Departed:
        return False
    return True
