"""The list of sites: tabs that count all of them, what is searched for, pages, and the file."""

from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from kernel.auth import Identity
from kernel.contracts.events import SitesExported
from kernel.contracts.site_terms import SiteChange, SiteDeletion, SiteTerms
from kernel.contracts.sites_list import SitesList, SitesNarrowed, SitesQuery
from kernel.cursors import CursorNotValid
from kernel.database import Database, UnitOfWork
from kernel.errors import Invalid
from kernel.ids import new_id
from services.sites.export import COLUMNS, file_of, note_export
from services.sites.lifecycle.deletion import delete_site
from services.sites.lifecycle.terms import change_site
from services.sites.models import Network, Site, SiteCount
from services.sites.queries.sites_list import sites_list
from services.sites.sites import create_site, disable_site, map_domain, publish_site
from tests.calling import statements
from tests.sites.conftest import Open, make_site

TABS = ("all", "customer_owned", "template", "pending", "disabled")


def names(found: SitesList) -> list[str]:
    return [row.name for row in found.items]


@pytest.fixture
def various(opened: Open, founded: Network, customer_id: UUID) -> None:
    """A site open, one waiting and one closed of a customer's, a template and a regular one."""
    with opened() as uow:
        make_site(uow, "bageriet", customer_id)
    with opened() as uow:
        create_site(uow, name="vantar", title="Väntande blomsterhandel", customer_id=customer_id)
    with opened() as uow:
        disable_site(uow, make_site(uow, "stangd", customer_id).id, reason="")
    with opened() as uow:
        create_site(uow, name="mallen", title="Mall för bagerier", type="template")
    with opened() as uow:
        publish_site(uow, create_site(uow, name="nytt", title="Nytt", type="regular").id)


@pytest.mark.usefixtures("various")
def test_every_tab_counts_its_sites_and_shows_them(uow: UnitOfWork) -> None:
    shown = {tab: sites_list(uow, SitesQuery(tab=tab)) for tab in TABS}  # type: ignore[arg-type]

    assert {tab: names(found) for tab, found in shown.items()} == {
        "all": ["nytt", "mallen", "stangd", "vantar", "bageriet"],
        "customer_owned": ["stangd", "vantar", "bageriet"],
        "template": ["mallen"],
        "pending": ["mallen", "vantar"],
        "disabled": ["stangd"],
    }
    assert shown["all"].counts == {tab: len(found.items) for tab, found in shown.items()}


@pytest.mark.usefixtures("various")
def test_the_counts_are_what_counting_says_after_changes(opened: Open) -> None:
    with opened() as uow:
        sites = {site.name: site for site in uow.session.scalars(select(Site))}
        delete_site(uow, sites["stangd"].id, SiteDeletion(name="stangd"))
        terms = SiteTerms(title="Nytt", type="template")
        change_site(uow, sites["nytt"].id, SiteChange(seen=None, terms=terms))
        publish_site(uow, sites["vantar"].id)

    with opened() as uow:
        kept = uow.session.execute(
            select(SiteCount.type, SiteCount.state, func.sum(SiteCount.amount))
            .group_by(SiteCount.type, SiteCount.state)
            .having(func.sum(SiteCount.amount) != 0)
        )
        counted = Counter(uow.session.execute(select(Site.type, Site.state)).tuples())
        assert {(kind, state): int(amount) for kind, state, amount in kept} == counted


@pytest.mark.usefixtures("various")
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("bager", ["mallen", "bageriet"]),
        ("VÄNTANDE blom", ["vantar"]),
        ("vantande", ["vantar"]),
        ("mall bager", ["mallen"]),
        ("bager blom", []),
        ("finns-inte", []),
        ("!!", []),
    ],
)
def test_words_are_searched_by_their_beginning(uow: UnitOfWork, q: str, found: list[str]) -> None:
    assert names(sites_list(uow, SitesQuery(q=q))) == found


@pytest.mark.usefixtures("various")
def test_hosts_are_found_own_ones_and_mapped_ones(opened: Open, founded: Network) -> None:
    with opened() as uow:
        stangd = uow.session.scalars(select(Site).where(Site.name == "stangd")).one()
        map_domain(uow, stangd.id, f"www.korgar-{founded.slug}.example")

    with opened() as uow:
        assert names(sites_list(uow, SitesQuery(q=f"bageriet.{founded.domain}"))) == ["bageriet"]
        found = sites_list(uow, SitesQuery(q=f"www.korgar-{founded.slug}.example"))
        assert names(found) == ["stangd"]
        assert found.items[0].domains == [f"www.korgar-{founded.slug}.example"]


@pytest.mark.usefixtures("various")
def test_owners_are_found_beside_the_words_and_alone(uow: UnitOfWork, customer_id: UUID) -> None:
    his = f"{customer_id},{new_id()}"

    assert names(sites_list(uow, SitesQuery(q="mall", customers=his))) == [
        "mallen", "stangd", "vantar", "bageriet",
    ]  # fmt: skip
    assert names(sites_list(uow, SitesQuery(customers=his, tab="pending"))) == ["vantar"]


@pytest.mark.usefixtures("various")
@pytest.mark.parametrize("q", ["", "a b"])
def test_pages_go_on_and_back(uow: UnitOfWork, customer_id: UUID, q: str) -> None:
    query = SitesQuery(q=q, customers=str(customer_id) if q else "", limit=2)
    everything = names(sites_list(uow, query.model_copy(update={"limit": 100})))

    first = sites_list(uow, query)
    second = sites_list(uow, query.model_copy(update={"after": first.after}))
    back = sites_list(uow, query.model_copy(update={"before": second.before}))

    assert names(first) + names(second) == everything[:4]
    assert (first.before, names(back), back.before) == (None, names(first), None)


def test_a_cursor_of_another_list_and_ids_that_are_none_are_refused(uow: UnitOfWork) -> None:
    with pytest.raises(CursorNotValid):
        sites_list(uow, SitesQuery(after="eyJ4Ijo"))
    with pytest.raises(CursorNotValid, match="not both"):
        sites_list(uow, SitesQuery(after="a", before="b"))
    with pytest.raises(Invalid, match="no ids"):
        sites_list(uow, SitesQuery(customers="abc"))


@pytest.mark.usefixtures("various")
def test_a_page_costs_three_statements_however_many_sites(
    opened: Open, database: Database, customer_id: UUID
) -> None:
    with statements(database) as sent, opened() as uow:
        sites_list(uow, SitesQuery(q="bager", customers=str(customer_id)))

    assert len(sent) == 3  # whose network it is, the page, the counts


@pytest.mark.usefixtures("various")
def test_the_file_has_every_row_and_says_who_took_it(opened: Open, founded: Network) -> None:
    with opened() as uow:
        note_export(uow, SitesNarrowed(tab="pending"))
        assert uow.published == [SitesExported(narrowed={"tab": "pending"})]

    lines = b"".join(file_of(opened, SitesNarrowed(tab="pending"))).decode("utf-8-sig").splitlines()

    assert lines[0].split(",") == list(COLUMNS)
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["mallen", "Mall för bagerier", f"mallen.{founded.domain}"],
        ["vantar", "Väntande blomsterhandel", f"vantar.{founded.domain}"],
    ]


@pytest.mark.usefixtures("various")
def test_another_network_sees_none_of_them(opened: Open, database: Database) -> None:
    with database.unit_of_work(Identity(new_id(), "command", frozenset({"sites.view"}))) as uow:
        found = sites_list(uow, SitesQuery(q="bager"))
        assert uow.session.scalar(text("SELECT count(*) FROM site_counts")) == 0

    assert (found.items, found.counts) == ([], dict.fromkeys(TABS, 0))
