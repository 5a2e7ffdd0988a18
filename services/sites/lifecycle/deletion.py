"""Delete one site, for good."""

from uuid import UUID

from kernel.contracts.events import SiteDeleted
from kernel.contracts.site_terms import SiteDeletion
from kernel.database import UnitOfWork
from kernel.errors import N_, Filled, Invalid
from services.sites.deletions import OF_SITES
from services.sites.lifecycle.opening import MainSiteStays
from services.sites.lifecycle.primary import choose_primary
from services.sites.models import Site
from services.sites.rows import host_of
from services.sites.sites import network_of
from services.sites.visits import end_visits_on


class NameNotTyped(Invalid):
    """The name that was typed is not the site's."""


def delete_site(uow: UnitOfWork, site_id: UUID, deletion: SiteDeletion) -> None:
    """Delete the site and all that is of it; visits to it end, and its name is free.

    Of the owner's other sites the oldest becomes his main one, if this was. Raises NameNotTyped,
    MainSiteStays, NotFound.
    """
    site = uow.get(Site, site_id, lock=True)
    if site.type == "main":
        raise MainSiteStays(N_("The main site of a network stays; it cannot be deleted."))
    if deletion.name.strip().lower() != site.name:
        sentence = N_("Type %(name)s, the name of this site, to delete it.")
        raise NameNotTyped(sentence, fields={"name": Filled(sentence, name=site.name)}, name=site.name)
    told = SiteDeleted(
        site_id=site.id,
        customer_id=site.customer_id,
        name=site.name,
        title=site.title,
        host=host_of(site, network_of(uow).domain),
    )
    owner_id, was_primary = site.customer_id, site.is_primary
    end_visits_on(uow, site.id, cause="site deleted")
    OF_SITES.delete(uow, {"site_id": [site.id]})
    uow.session.delete(uow.get(Site, site_id))
    uow.session.flush()
    if owner_id is not None and was_primary:
        choose_primary(uow, owner_id)
    uow.publish(told)
