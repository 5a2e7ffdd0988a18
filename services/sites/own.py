"""What a site owner, or an admin visiting his site, may reach: his own and nothing else."""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden, NotFound
from services.sites.models import Site, Visit
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
    if site is None or visited_site(uow) not in {None, site.id}:
        raise NotFound(Site.missing)
    return site


def visited_site(uow: UnitOfWork) -> UUID | None:
    """Return the site that the caller's visit opens, None for the owner himself.

    Raises NotFound once the visit is over.
    """
    if not uow.identity.is_visiting:
        return None
    if uow.identity.visit_id is None:
        raise NotFound(Visit.missing)
    return standing_visit(uow, uow.identity.visit_id).site_id
