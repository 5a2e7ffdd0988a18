"""What a site owner, or an admin visiting his site, may reach: his own and nothing else."""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden, NotFound
from services.sites.models import Site
from services.sites.visits import standing_visit


class NoCustomer(Forbidden):
    """The caller owns nothing here: the account is nobody's customer."""


def own_customer(uow: UnitOfWork) -> UUID:
    """Return the one customer whose sites the caller may see. Raises NoCustomer."""
    customer_id = uow.identity.customer_id
    if customer_id is None:
        raise NoCustomer(N_("This account belongs to no customer."))
    return customer_id


def own_site(uow: UnitOfWork, site_id: UUID) -> Site:
    """Return a site of the caller's. Raises NotFound.

    A visit opens the site it was made for, and only as long as it stands.
    """
    site = uow.session.scalar(select(Site).where(Site.id == site_id, Site.customer_id == own_customer(uow)))
    if site is None or not _visit_opens(uow, site.id):
        raise NotFound(Site.missing)
    return site


def _visit_opens(uow: UnitOfWork, site_id: UUID) -> bool:
    if not uow.identity.is_visiting:
        return True
    visit_id = uow.identity.visit_id
    return visit_id is not None and standing_visit(uow, visit_id).site_id == site_id
