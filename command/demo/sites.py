"""The demo's sites: what they are called, what became of them, and their pages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from command.demo.billing import memberships_of
from command.demo.story import People, Person, Story, tell
from command.demo.texts import Business, businesses
from kernel.auth import Identity
from kernel.contracts.pages import PageEdit
from kernel.database import Database, UnitOfWork
from services.sites.models import Page, Provisioning, Site
from services.sites.pages.editing import edit_page
from services.sites.provisioning import provision_site
from services.sites.sites import create_site, disable_site, map_domain

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FIRST_SITE = "solrosen"
MAPPED = "www.solrosenscafe.localhost"
OWNERS = 4  # every fourth customer has a site


def make_sites(databases: dict[str, Database], operator: Identity, people: People) -> None:
    """Make them all in one transaction, unless they are there."""
    memberships = memberships_of(databases["billing"], operator)
    with databases["sites"].unit_of_work(operator, timeout=60_000) as uow:
        if uow.session.scalar(select(Site.id).limit(1)) is None:
            tell(uow, _stories(uow, people, memberships))
            # The stories have set these sites up; only those that open later are left to the worker.
            uow.session.execute(
                update(Provisioning).where(Provisioning.due_at <= uow.now).values(state="done")
            )


def _stories(uow: UnitOfWork, people: People, memberships: dict[UUID, UUID]) -> Iterator[Story]:
    """Most customers have no site, some have one, a few several, of which one waits or is closed."""
    names = iter(businesses())
    owner = people.site_owner
    yield _life(uow, owner, next(names), memberships, mapped=MAPPED, days=400)
    for turn, person in enumerate(people.customers[::OWNERS]):
        days = 20 + turn * 7
        yield _life(uow, person, next(names), memberships, days=days)
        if turn % 6 == 1:
            yield _life(uow, person, next(names), memberships, days=days // 2, closed="Obetald faktura.")
        if turn % 6 == 3:
            yield _life(uow, person, next(names), memberships, days=days // 3, opens=uow.now + 30 * DAY)
        if turn % 12 == 7:
            yield _life(uow, person, next(names), memberships, days=days // 4)


def _life(
    uow: UnitOfWork,
    person: Person,
    business: Business,
    memberships: dict[UUID, UUID],
    *,
    days: int,
    mapped: str = "",
    closed: str = "",
    opens: datetime | None = None,
) -> Story:
    """A site is made, set up and written; then mapped, or closed. With ``opens`` it is still waiting."""
    yield max(uow.now - days * DAY, person.since + DAY)
    site = create_site(
        uow,
        name=business.name,
        title=business.title,
        customer_id=person.customer_id,
        membership_id=memberships.get(person.customer_id),
        opens_at=opens,
    )
    if opens:
        return
    yield uow.now + MINUTE
    provision_site(uow, site.id)
    yield uow.now + 3 * DAY
    _write(uow, site, business)
    if mapped:
        map_domain(uow, site.id, mapped)
    if closed:
        yield uow.now + 5 * DAY
        disable_site(uow, site.id, reason=closed)


def _write(uow: UnitOfWork, site: Site, business: Business) -> None:
    """Replace the starter pages' text with what the business says."""
    for page in uow.session.scalars(select(Page).where(Page.site_id == site.id)).all():
        edit = PageEdit(title=page.title, markdown=business.pages[page.path], version=page.version)
        edit_page(uow, site, page.id, edit)
