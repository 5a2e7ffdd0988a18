"""Sites: made, opened, closed, found by their hosts."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.contracts.events import (
    NetworkCreated,
    NetworkSettingsChanged,
    SiteCreated,
    SiteDisabled,
    SitePublished,
)
from kernel.contracts.sites import NetworkSettings
from kernel.database import Database, UnitOfWork
from kernel.errors import NotFound
from kernel.ids import new_id
from services.sites.hosts import HostNotServed, HostNotValid, checked_host, resolve_host
from services.sites.models import Network, Site
from services.sites.networks import NetworkTaken, create_network, find_network
from services.sites.sites import (
    HostTaken,
    NameNotValid,
    NameTaken,
    SiteIsDisabled,
    create_site,
    disable_site,
    map_domain,
    publish_site,
)
from tests.sites.conftest import Open, make_site


def test_a_new_site_is_pending_and_the_first_is_primary(
    uow: UnitOfWork, founded: Network, customer_id: UUID
) -> None:
    first = create_site(uow, name="solrosen", title="Solrosen", customer_id=customer_id)
    second = create_site(uow, name="rosen", title="Rosen", customer_id=customer_id)
    nobodys = create_site(uow, name="mall", title="Mall", type="template")

    assert [site.state for site in (first, second, nobodys)] == ["pending"] * 3
    assert [site.is_primary for site in (first, second, nobodys)] == [True, False, False]
    assert uow.published[0] == SiteCreated(
        site_id=first.id, customer_id=customer_id, name="solrosen", host=f"solrosen.{founded.domain}"
    )


def test_of_two_first_sites_at_once_one_is_primary(opened: Open, customer_id: UUID) -> None:
    def make(name: str) -> bool:
        with opened() as uow:
            return create_site(uow, name=name, title=name, customer_id=customer_id).is_primary

    with ThreadPoolExecutor(6) as pool:
        primary = list(pool.map(make, ["a", "b", "c", "d", "e", "f"]))

    assert primary.count(True) == 1


def test_the_database_allows_one_primary_site_a_customer(opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        make_site(uow, "solrosen", customer_id)
        make_site(uow, "rosen", customer_id)

    with pytest.raises(IntegrityError, match="uq_sites_primary"), opened() as uow:
        uow.session.execute(text("UPDATE sites SET is_primary = true"))


@pytest.mark.parametrize("name", ["admin", "www", "Solrosen", "-sol", "sol-", "sol.ros", "å", "", "a" * 64])
def test_a_name_that_is_no_label_is_refused(uow: UnitOfWork, name: str) -> None:
    with pytest.raises(NameNotValid):
        create_site(uow, name=name, title="x")


def test_a_name_is_taken_once(uow: UnitOfWork) -> None:
    create_site(uow, name="solrosen", title="x")

    with pytest.raises(NameTaken, match="There is a site called solrosen already"):
        create_site(uow, name="solrosen", title="x")


def test_publishing_twice_says_so_once(uow: UnitOfWork) -> None:
    site = create_site(uow, name="solrosen", title="x")

    publish_site(uow, site.id)
    publish_site(uow, site.id)

    assert site.state == "active"
    assert [type(one) for one in uow.published] == [SiteCreated, SitePublished]


def test_a_disabled_site_can_be_published_again(uow: UnitOfWork) -> None:
    site = make_site(uow, "solrosen")

    disable_site(uow, site.id, reason="Obetald")
    assert uow.published[-1] == SiteDisabled(
        site_id=site.id, customer_id=None, name="solrosen", reason="Obetald"
    )
    with pytest.raises(SiteIsDisabled):
        disable_site(uow, site.id, reason="")
    assert publish_site(uow, site.id).state == "active"


def test_hosts_lead_to_the_console_to_sites_and_to_mapped_names(
    opened: Open, database: Database, founded: Network, site: Site
) -> None:
    mapped = f"www.{founded.slug}.example"
    with opened() as uow:
        map_domain(uow, site.id, mapped.upper())

    admin = resolve_host(database, f"admin.{founded.domain}")
    own = resolve_host(database, f"Solrosen.{founded.domain}.")
    other = resolve_host(database, mapped)

    assert (admin.kind, admin.network.id, admin.site) == ("admin", founded.network_id, None)
    assert own.site is not None
    assert (own.kind, own.site.id, own.site.host) == ("site", site.id, f"solrosen.{founded.domain}")
    assert other == own


@pytest.mark.parametrize("host", ["nobody.example", "localhost", "", "a..b", "a\x00.test"])
def test_a_host_that_is_not_ours_is_not_served(database: Database, host: str) -> None:
    with pytest.raises(HostNotServed):
        resolve_host(database, host)


def test_a_host_leads_to_one_site_in_the_whole_installation(
    opened: Open, database: Database, founded: Network, site: Site
) -> None:
    mapped = f"{founded.slug}.example"
    with opened() as uow:
        map_domain(uow, site.id, mapped)
    elsewhere = Identity.command(new_id())
    with database.unit_of_work(elsewhere) as uow:
        slug = f"net-{uow.network_id.hex}"
        create_network(
            uow, slug=slug, name="x", domain=f"{slug}.test", currency="EUR", locale="en", time_zone="UTC"
        )
        theirs = make_site(uow, "rosen")
        with pytest.raises(HostTaken):
            map_domain(uow, theirs.id, mapped)
        with pytest.raises(NotFound, match="There is no such site"):
            map_domain(uow, site.id, "new.example")


def test_a_name_of_the_network_itself_cannot_be_mapped(uow: UnitOfWork, founded: Network) -> None:
    site = make_site(uow, "solrosen")

    for host in (founded.domain, f"admin.{founded.domain}"):
        with pytest.raises(HostTaken):
            map_domain(uow, site.id, host)


@pytest.mark.parametrize(
    "host", ["", "a b.example", "exa_mple.com", "-a.example", "a..b", "x" * 64 + ".example"]
)
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(HostNotValid):
        checked_host(host)


def test_a_host_name_is_stored_as_browsers_send_it() -> None:
    assert checked_host(" Bröd.Example. ") == "xn--brd-tna.example"


def test_a_network_is_found_by_its_short_name(database: Database, founded: Network) -> None:
    assert find_network(database, founded.slug) == founded.contract
    with pytest.raises(NotFound, match="There is no network called nowhere"):
        find_network(database, "nowhere")


def test_short_name_and_domain_are_taken_once(database: Database, founded: Network) -> None:
    with pytest.raises(NetworkTaken), database.unit_of_work(Identity.command(new_id())) as uow:
        create_network(
            uow, slug="another", name="x", domain=founded.domain, currency="SEK", locale="sv", time_zone="UTC"
        )


def test_founding_a_network_says_so(database: Database) -> None:
    with database.unit_of_work(Identity.command(new_id())) as uow:
        slug = f"net-{uow.network_id.hex}"
        create_network(
            uow, slug=slug, name="Nät", domain=f"{slug}.test", currency="SEK", locale="sv", time_zone="UTC"
        )

    settings = NetworkSettings(name="Nät", locale="sv", time_zone="UTC")
    assert uow.published == [
        NetworkCreated(slug=slug, name="Nät", currency="SEK"),
        NetworkSettingsChanged(domain=f"{slug}.test", settings=settings),
    ]
