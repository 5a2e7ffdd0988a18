"""Change what a site is called and is."""

from uuid import UUID

from kernel.contracts.events import SiteChanged
from kernel.contracts.site_terms import SiteChange, SiteTerms
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Invalid
from services.sites.models import Site
from services.sites.search_words import reword

NOT_SAVED = N_("The site is not saved.")
OF_CUSTOMERS = frozenset({"customer_owned", "demo"})


class ChangedMeanwhile(Conflict):
    """Somebody else saved the site after the caller had looked at it."""


class SiteNotValid(Invalid):
    """The site cannot become what was asked."""


def change_site(uow: UnitOfWork, site_id: UUID, change: SiteChange) -> Site:
    """Save the terms, all of them or none; what is there already does nothing.

    Raises ChangedMeanwhile, SiteNotValid with every field that is wrong, NotFound.
    """
    site = uow.get(Site, site_id, lock=True)
    if change.seen is not None and site.version not in change.seen:
        raise ChangedMeanwhile(N_("Somebody else saved this site meanwhile. Nothing is saved."))
    before, after = site.terms, change.terms
    _refuse(site, after)
    if after == before:
        return site
    site.title, site.description = after.title, after.description
    site.type, site.category = after.type, after.category
    site.version += 1
    site.modified_at = uow.now
    reword(uow, site)
    uow.publish(
        SiteChanged(site_id=site.id, customer_id=site.customer_id, name=site.name, before=before, after=after)
    )
    return site


def _refuse(site: Site, after: SiteTerms) -> None:
    """Raise SiteNotValid for what this site, as it stands, cannot become."""
    wrong = {}
    if site.type != after.type:
        if "main" in {site.type, after.type}:
            wrong["type"] = N_("Which site is the network's main one cannot be changed.")
        elif site.customer_id is not None and after.type not in OF_CUSTOMERS:
            wrong["type"] = N_("A customer owns this site. Duplicate it, and make the copy a template.")
        elif site.customer_id is None and after.type in OF_CUSTOMERS:
            wrong["type"] = N_("Nobody owns this site, so it cannot be a customer's.")
    if after.category and after.type != "template":
        wrong["category"] = N_("Only templates have a category.")
    if wrong:
        raise SiteNotValid(NOT_SAVED, fields=wrong)
