"""What sites answers over HTTP, to whom, and with how many statements."""

from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts import sites as contract
from kernel.contracts.access import SITE_OWNER
from kernel.contracts.customers import FoundList
from kernel.contracts.events import SitePageChanged
from kernel.contracts.pages import PageEdit
from kernel.ids import new_id
from services.sites.app import create_app
from services.sites.models import Network, Page, Site
from services.sites.own import own_site
from services.sites.pages.editing import edit_page
from services.sites.provisioning import provision_site
from services.sites.sites import create_site, disable_site, map_domain
from tests.calling import Call, caller, statements
from tests.sites.conftest import ADMIN_SESSION, NONCE, Open, hashed, make_site, order_for


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def call(app: Flask, signer: Signer) -> Call:
    return caller(app, signer)


@pytest.fixture
def furnished(opened: Open, site: Site) -> Site:
    """The site with its starter pages."""
    with opened() as uow:
        provision_site(uow, site.id)
    return site


@pytest.fixture
def visitor(call: Call, admin: Identity, gateway: Identity, furnished: Site) -> Identity:
    """An admin who switched to the site, over HTTP all the way."""
    order = order_for(furnished)
    issued = contract.TicketIssued.model_validate_json(
        call(admin, "POST", "/v1/tickets", data=order.model_dump_json()).data
    )
    binding = {"admin_session": ADMIN_SESSION, "nonce_hash": hashed(NONCE)}
    handed = call(admin, "POST", f"/v1/tickets/{issued.ticket_id}/bindings", json=binding).json
    redemption = {"token": handed["token"], "nonce": NONCE, "host": handed["host"]}
    visit = contract.Visit.model_validate_json(call(gateway, "POST", "/v1/visits", json=redemption).data)
    return replace(
        admin,
        permissions=SITE_OWNER,
        account_id=order.account_id,
        customer_id=visit.customer_id,
        impersonator=visit.admin_id,
        visit_id=visit.id,
    )


def test_the_gateway_learns_what_answers_on_a_host(call: Call, founded: Network, site: Site) -> None:
    answer = call(Identity.gateway(None), "GET", f"/v1/hosts/solrosen.{founded.domain}")

    found = contract.Host.model_validate_json(answer.data)
    assert found.site is not None
    assert (found.kind, found.site.id, found.network) == ("site", site.id, founded.contract)
    assert call(Identity.gateway(None), "GET", "/v1/hosts/nobody.example").status_code == 404


def test_a_visitor_of_the_site_gets_page_and_menu(call: Call, gateway: Identity, furnished: Site) -> None:
    answer = call(gateway, "GET", f"/v1/public/{furnished.id}", query_string={"path": "/kontakt/"})

    found = contract.PublicPage.model_validate_json(answer.data)
    assert (found.page.path, found.page.title) == ("kontakt", "Kontakt")
    assert [page.path for page in found.menu] == ["", "om-oss", "kontakt"]


@pytest.mark.parametrize("path", ["finns-inte", "%00", "kontakt%00", "x" * 3000, "%F0%9F%8C%BB"])
def test_a_path_without_a_page_is_not_found(
    call: Call, gateway: Identity, furnished: Site, path: str
) -> None:
    assert call(gateway, "GET", f"/v1/public/{furnished.id}?path={path}").status_code == 404


def test_a_closed_site_shows_nothing(opened: Open, call: Call, gateway: Identity, furnished: Site) -> None:
    with opened() as uow:
        disable_site(uow, furnished.id, reason="")

    answer = call(gateway, "GET", f"/v1/public/{furnished.id}")

    assert (answer.status_code, answer.json["code"]) == (404, "SiteClosed")


def test_the_customers_sites_come_in_two_statements(
    app: Flask, call: Call, admin: Identity, opened: Open, customer_id: UUID
) -> None:
    with opened() as uow:
        for number in range(12):
            make_site(uow, f"site-{number}", customer_id)

    with statements(app.extensions["atoll"].database) as sent:
        answer = call(admin, "GET", f"/v1/customers/{customer_id}/sites")

    found = contract.CustomerSites.model_validate_json(answer.data)
    assert len(sent) == 2
    assert found.site_count == 12
    assert [site.name for site in found.sites] == [f"site-{number}" for number in range(11, 1, -1)]


def test_a_site_comes_with_domains_and_pages(
    *, app: Flask, call: Call, admin: Identity, opened: Open, founded: Network, furnished: Site
) -> None:
    with opened() as uow:
        map_domain(uow, furnished.id, f"{founded.slug}.example")

    with statements(app.extensions["atoll"].database) as sent:
        answer = call(admin, "GET", f"/v1/sites/{furnished.id}")

    found = contract.Site.model_validate_json(answer.data)
    assert len(sent) == 4
    assert found.domains == [f"{founded.slug}.example"]
    assert [page.title for page in found.pages] == ["Välkommen", "Om oss", "Kontakt"]


def test_the_network_is_told_to_its_admins(call: Call, admin: Identity, founded: Network) -> None:
    answer = call(admin, "GET", "/v1/network")

    assert contract.Network.model_validate_json(answer.data) == founded.contract


@pytest.mark.parametrize(
    ("typed", "names"),
    [("sol", ["solgard", "solrosen"]), ("Solr", ["solrosen"]), ("sölrosen.nat.test", ["solrosen"]),
     ("rosen", []), ("", []), ("%", []), ("~", [])],
)  # fmt: skip
def test_the_search_finds_sites_by_the_beginning_of_their_host(
    *, opened: Open, call: Call, admin: Identity, site: Site, typed: str, names: list[str]
) -> None:
    with opened() as uow:
        create_site(uow, name="solgard", title="Solgård")

    answer = call(admin, "GET", "/v1/search", query_string={"q": typed})

    found = FoundList.model_validate_json(answer.data)
    assert [hit.detail.partition(".")[0] for hit in found.items] == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [("bageri", ["asa"]), ("ås bag", ["asa"]), ("BAG ÅSAS", ["asa"]), ("brod", ["asa", "nisse"]),
     ("umeå", ["nisse"]), ("nisses.ex", ["nisse"]), ("geri", []), ("bageri umea", [])],
)  # fmt: skip
def test_the_search_finds_sites_by_the_words_of_title_and_domain(
    *, opened: Open, call: Call, admin: Identity, founded: Network, typed: str, names: list[str]
) -> None:
    with opened() as uow:
        create_site(uow, name="asa", title="Åsas bageri – bröd, brödkorgar")
        nisse = create_site(uow, name="nisse", title="Brød i Umeå")
        map_domain(uow, nisse.id, f"nisses.{founded.slug}.example")

    answer = call(admin, "GET", "/v1/search", query_string={"q": typed})

    found = FoundList.model_validate_json(answer.data)
    assert [hit.detail.partition(".")[0] for hit in found.items] == names


def test_an_owner_reaches_his_own_sites_and_no_others(
    opened: Open, call: Call, site_owner: Identity, furnished: Site
) -> None:
    with opened() as uow:
        foreign = make_site(uow, "grannen", new_id())
    own = contract.CustomerSites.model_validate_json(call(site_owner, "GET", "/v1/own/sites").data)

    assert [site.id for site in own.sites] == [furnished.id]
    assert call(site_owner, "GET", f"/v1/own/sites/{furnished.id}").status_code == 200
    assert call(site_owner, "GET", f"/v1/own/sites/{foreign.id}").status_code == 404
    assert call(site_owner, "GET", f"/v1/sites/{furnished.id}").status_code == 403


def test_an_owner_edits_a_page(opened: Open, call: Call, site_owner: Identity, furnished: Site) -> None:
    page = call(site_owner, "GET", f"/v1/own/sites/{furnished.id}").json["pages"][0]
    path = f"/v1/own/sites/{furnished.id}/pages/{page['id']}"

    answer = call(site_owner, "PUT", path, json={"title": "Hej", "markdown": "# Hej", "version": 1})

    assert (answer.status_code, answer.json["version"], answer.json["title"]) == (200, 2, "Hej")
    assert call(site_owner, "GET", path).json["markdown"] == "# Hej"


def test_an_old_version_is_refused_and_nothing_changes(
    call: Call, site_owner: Identity, furnished: Site
) -> None:
    page = call(site_owner, "GET", f"/v1/own/sites/{furnished.id}").json["pages"][0]
    path = f"/v1/own/sites/{furnished.id}/pages/{page['id']}"
    call(site_owner, "PUT", path, json={"title": "Först", "markdown": "1", "version": 1})

    answer = call(site_owner, "PUT", path, json={"title": "Sist", "markdown": "2", "version": 1})

    assert (answer.status_code, answer.json["code"]) == (409, "PageChanged")
    assert answer.json["detail"].startswith("Somebody else saved this page meanwhile.")
    assert call(site_owner, "GET", path).json["title"] == "Först"


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"title": "x" * 201}, {"title": "\x00"}, {"markdown": "\x00"}, {"markdown": None}],
)
def test_what_cannot_be_a_page_is_refused_beside_its_field(
    call: Call, site_owner: Identity, furnished: Site, wrong: dict[str, str]
) -> None:
    page = call(site_owner, "GET", f"/v1/own/sites/{furnished.id}").json["pages"][0]
    path = f"/v1/own/sites/{furnished.id}/pages/{page['id']}"

    answer = call(site_owner, "PUT", path, json={"title": "x", "markdown": "", "version": 1} | wrong)

    assert (answer.status_code, [field["field"] for field in answer.json["fields"]]) == (422, list(wrong))
    assert call(site_owner, "GET", path).json["version"] == 1


def test_an_edited_page_is_told_to_the_log(opened: Open, site_owner: Identity, furnished: Site) -> None:
    with opened(site_owner) as uow:
        site = own_site(uow, furnished.id)
        page_id = front_page_id(opened, furnished)
        edit_page(uow, site, page_id, PageEdit(title="Hej", markdown="", version=1))

    assert uow.published == [
        SitePageChanged(site_id=site.id, customer_id=site.customer_id, page_id=page_id, path="", title="Hej")
    ]


def front_page_id(opened: Open, site: Site) -> UUID:
    """The front page of a furnished site."""
    with opened() as uow:
        return uow.session.scalars(select(Page.id).where(Page.site_id == site.id, Page.path == "")).one()


def test_a_page_of_another_site_is_not_found(
    opened: Open, call: Call, site_owner: Identity, furnished: Site, customer_id: UUID
) -> None:
    with opened() as uow:
        second = make_site(uow, "rosen", customer_id)
    page_id = front_page_id(opened, furnished)
    path = f"/v1/own/sites/{second.id}/pages/{page_id}"

    assert call(site_owner, "GET", path).status_code == 404
    assert call(site_owner, "PUT", path, json={"title": "x", "markdown": "", "version": 1}).status_code == 404


def test_a_visitor_edits_the_site_he_was_let_into(
    opened: Open, call: Call, visitor: Identity, furnished: Site, customer_id: UUID
) -> None:
    with opened() as uow:
        second = make_site(uow, "rosen", customer_id)
    page_id = front_page_id(opened, furnished)
    path = f"/v1/own/sites/{furnished.id}/pages/{page_id}"

    assert call(visitor, "PUT", path, json={"title": "x", "markdown": "", "version": 1}).status_code == 200
    assert call(visitor, "GET", "/v1/own/sites").status_code == 200
    assert call(visitor, "GET", f"/v1/own/sites/{second.id}").status_code == 404


@pytest.mark.parametrize("end", ["switched back", "signed out", "disabled"])
def test_a_visit_that_is_over_reaches_nothing(
    *, opened: Open, call: Call, admin: Identity, gateway: Identity, visitor: Identity, furnished: Site,
    end: str,
) -> None:  # fmt: skip
    if end == "switched back":
        call(gateway, "POST", f"/v1/visits/{visitor.visit_id}/end", json={"cause": end})
    elif end == "signed out":
        call(admin, "POST", "/v1/visits/end", json={"cause": end, "admin_session": ADMIN_SESSION})
    else:
        with opened() as uow:
            disable_site(uow, furnished.id, reason="")

    assert call(visitor, "GET", f"/v1/own/sites/{furnished.id}").status_code == 404
    assert call(visitor, "GET", "/v1/own/sites").status_code == 404
    assert call(gateway, "GET", f"/v1/visits/{visitor.visit_id}").status_code == 404


def test_a_ticket_is_issued_only_to_those_who_may_switch(
    call: Call, admin: Identity, visitor: Identity, furnished: Site
) -> None:
    order = order_for(furnished).model_dump_json()
    viewer = replace(admin, permissions=frozenset({"sites.view"}))

    assert call(viewer, "POST", "/v1/tickets", data=order).status_code == 403
    assert call(visitor, "POST", "/v1/tickets", data=order).status_code == 403
    assert call(admin, "POST", "/v1/visits", json={}).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_ticket_is_used_by_post_alone(call: Call, gateway: Identity, method: str) -> None:
    assert call(gateway, method, "/v1/visits").status_code == 405
