"""What an admin does with a site: its terms, open and closed, copied, deleted."""

from uuid import UUID

import pytest
from sqlalchemy import select, text

from kernel.auth import Identity
from kernel.contracts.events import SiteChanged, SiteDeleted, SiteDisabled, SitePublished, VisitEnded
from kernel.contracts.site_terms import SiteChange, SiteClosing, SiteCopy, SiteDeletion, SiteTerms
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.ids import new_id
from services.sites.lifecycle.deletion import NameNotTyped, delete_site
from services.sites.lifecycle.duplication import CopyNotValid, duplicate_site
from services.sites.lifecycle.opening import MainSiteStays, activate_site, deactivate_site
from services.sites.lifecycle.terms import ChangedMeanwhile, SiteNotValid, change_site
from services.sites.models import Network, Page, Site
from services.sites.provisioning import provision_site
from services.sites.queries import sites as queries
from services.sites.sites import create_site, map_domain
from services.sites.tickets import redeem_ticket
from tests.sites.conftest import Open, make_site, ticket_in_hand


def terms(**other: str) -> SiteTerms:
    return SiteTerms.model_validate({"title": "Solrosen", "type": "customer_owned"} | other)


def test_the_terms_are_saved_told_and_found(uow: UnitOfWork, site: Site) -> None:
    before = len(uow.published)
    change = SiteChange(seen=[1], terms=terms(title=" Blåklockan ", description="Till våren"))

    changed = change_site(uow, site.id, change)

    assert (changed.title, changed.description, changed.version) == ("Blåklockan", "Till våren", 2)
    assert uow.published[before:] == [
        SiteChanged(
            site_id=site.id,
            customer_id=site.customer_id,
            name="solrosen",
            before=terms(),
            after=change.terms,
        )
    ]
    assert [found.title for found in queries.search(uow, "blaklock", 5).items] == ["Blåklockan"]


def test_words_of_a_former_title_find_nothing_and_hosts_still_do(uow: UnitOfWork, site: Site) -> None:
    map_domain(uow, site.id, f"vaxthuset.{uow.network_id}.example")
    change_site(uow, site.id, SiteChange(seen=None, terms=terms(title="Blomman Ett")))
    change_site(uow, site.id, SiteChange(seen=None, terms=terms(title="Annat")))

    assert queries.search(uow, "blomman", 5).items == []
    assert [found.title for found in queries.search(uow, "vaxthuset", 5).items] == ["Annat"]


def test_what_is_there_already_changes_nothing(uow: UnitOfWork, site: Site) -> None:
    before = len(uow.published)

    assert change_site(uow, site.id, SiteChange(seen=[1], terms=terms())).version == 1
    assert len(uow.published) == before


def test_an_old_version_is_refused(uow: UnitOfWork, site: Site) -> None:
    change_site(uow, site.id, SiteChange(seen=[1], terms=terms(title="Deras")))

    with pytest.raises(ChangedMeanwhile, match="Somebody else saved this site"):
        change_site(uow, site.id, SiteChange(seen=[1], terms=terms(title="Mitt")))

    assert uow.get(Site, site.id).title == "Deras"


@pytest.mark.parametrize(
    ("owned", "was", "asked", "sentence"),
    [
        (True, "customer_owned", {"type": "template"}, "A customer owns this site."),
        (True, "customer_owned", {"type": "main"}, "Which site is the network's main one"),
        (False, "regular", {"type": "customer_owned"}, "Nobody owns this site"),
        (False, "main", {"type": "regular"}, "Which site is the network's main one"),
        (False, "regular", {"type": "regular", "category": "Butiker"}, "Only templates have a category."),
    ],
)
def test_a_site_does_not_become_what_it_cannot_be(
    *, uow: UnitOfWork, founded: Network, customer_id: UUID, owned: bool, was: str, asked: dict[str, str],
    sentence: str,
) -> None:  # fmt: skip
    owner = customer_id if owned else None
    site = create_site(uow, name="platsen", title="Platsen", type=was, customer_id=owner)  # type: ignore[arg-type]

    with pytest.raises(SiteNotValid) as refusal:
        change_site(uow, site.id, SiteChange(seen=None, terms=terms(**asked)))

    assert [one.startswith(sentence) for one in refusal.value.fields.values()] == [True]
    assert uow.get(Site, site.id).type == was


def test_a_regular_site_becomes_a_template_with_a_category(uow: UnitOfWork, founded: Network) -> None:
    site = create_site(uow, name="mallen", title="Mallen", type="regular")

    change_site(uow, site.id, SiteChange(seen=None, terms=terms(type="template", category="Butiker")))

    assert (site.type, site.category) == ("template", "Butiker")


def test_closing_and_opening_are_told(uow: UnitOfWork, site: Site) -> None:
    before = len(uow.published)

    deactivate_site(uow, site.id, SiteClosing(reason=" Obetald "))
    activate_site(uow, site.id)
    activate_site(uow, site.id)

    told = uow.published[before:]
    assert [type(event) for event in told] == [SiteDisabled, SitePublished]
    assert isinstance(told[0], SiteDisabled)
    assert told[0].reason == "Obetald"


def test_an_admin_opens_a_pending_site_with_its_first_pages(uow: UnitOfWork, founded: Network) -> None:
    site = create_site(uow, name="vantar", title="Väntar")

    activate_site(uow, site.id)

    assert site.state == "active"
    assert len(queries.pages(uow, site.id)) == 3


def test_pages_that_were_taken_away_do_not_come_back(uow: UnitOfWork, site: Site) -> None:
    provision_site(uow, site.id)
    uow.session.execute(text("DELETE FROM pages WHERE path <> ''"))

    provision_site(uow, site.id)

    assert [page.path for page in queries.pages(uow, site.id)] == [""]


def test_the_main_site_stays_open_and_there(uow: UnitOfWork, founded: Network) -> None:
    site = create_site(uow, name="start", title="Start", type="main")

    with pytest.raises(MainSiteStays):
        deactivate_site(uow, site.id, SiteClosing())
    with pytest.raises(MainSiteStays):
        delete_site(uow, site.id, SiteDeletion(name="start"))


def test_a_copy_has_owner_pages_and_terms_and_a_name_of_its_own(uow: UnitOfWork, site: Site) -> None:
    provision_site(uow, site.id)
    change_site(uow, site.id, SiteChange(seen=None, terms=terms(description="Till våren")))

    made = duplicate_site(uow, site.id, SiteCopy(name=" Solrosen-2", title="Kopian"))

    assert (made.name, made.title, made.description) == ("solrosen-2", "Kopian", "Till våren")
    assert (made.customer_id, made.is_primary, made.state) == (site.customer_id, False, "pending")
    assert [page.path for page in queries.pages(uow, made.id)] == [
        page.path for page in queries.pages(uow, site.id)
    ]
    texts = uow.session.scalars(select(Page.markdown).order_by(Page.markdown)).all()
    assert texts[0::2] == texts[1::2]


@pytest.mark.parametrize("name", ["solrosen", "www", "å b"])
def test_a_copy_under_a_name_that_cannot_be_had_is_refused_beside_the_field(
    uow: UnitOfWork, site: Site, name: str
) -> None:
    with pytest.raises(CopyNotValid) as refusal:
        duplicate_site(uow, site.id, SiteCopy(name=name, title="Kopian"))

    assert list(refusal.value.fields) == ["name"]


def test_a_deleted_site_is_gone_with_all_that_is_of_it(
    opened: Open, admin: Identity, gateway: Identity, founded: Network, site: Site
) -> None:
    with opened() as uow:
        provision_site(uow, site.id)
        map_domain(uow, site.id, f"{founded.slug}.example")
    _, redemption = ticket_in_hand(opened, admin, site)
    with opened(gateway) as uow:
        redeem_ticket(uow, redemption)

    with opened() as uow:
        delete_site(uow, site.id, SiteDeletion(name=" Solrosen "))
        told = uow.published

    assert [type(event) for event in told] == [VisitEnded, SiteDeleted]
    with opened() as uow:
        for table in ("sites", "pages", "domains", "site_words", "provisionings", "switch_tickets", "visits"):
            assert uow.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
        assert make_site(uow, "solrosen").name == "solrosen"


def test_the_name_must_be_typed(uow: UnitOfWork, site: Site) -> None:
    with pytest.raises(NameNotTyped, match="Type solrosen, the name of this site"):
        delete_site(uow, site.id, SiteDeletion(name="solros"))

    assert uow.get(Site, site.id).name == "solrosen"


def test_the_oldest_of_the_others_becomes_the_main_site(opened: Open, site: Site, customer_id: UUID) -> None:
    for name in ("andra", "tredje"):
        with opened() as uow:
            make_site(uow, name, customer_id)

    with opened() as uow:
        delete_site(uow, site.id, SiteDeletion(name="solrosen"))

    with opened() as uow:
        found = queries.customer_sites(uow, customer_id).sites
        assert [(row.name, row.is_primary) for row in found] == [("tredje", False), ("andra", True)]


def test_another_networks_site_looks_like_none(opened: Open, site: Site) -> None:
    stranger = Identity(new_id(), "command", frozenset({"sites.delete"}))

    with pytest.raises(NotFound), opened(stranger) as uow:
        delete_site(uow, site.id, SiteDeletion(name="solrosen"))
