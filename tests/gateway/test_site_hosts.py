"""A site's host: its public pages, and the owner's dashboard."""

import re
from uuid import UUID

import pytest

from gateway.site_hosts.public import html_of
from kernel.contracts.pages import PageEdit
from services.customers.models import Customer
from services.sites.models import Page, Site
from services.sites.pages.editing import edit_page
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    made = world.customer()
    world.site(made)
    return made


def edit_form(world: World, browser: Browser) -> Answer:
    dashboard = browser.get(world.url("bageri", "/dashboard"))
    page_id = re.findall(r'href="/dashboard/pages/([0-9a-f-]{36})"', dashboard.text)[0]
    return browser.get(world.url("bageri", f"/dashboard/pages/{page_id}"))


def test_everybody_reads_the_public_pages_and_gets_no_cookie(world: World, owner: Owner):
    page = world.browser().get(world.url("bageri"))

    assert page.status == 200
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize("host", ["stangd", "vantar"])
def test_a_site_that_is_not_open_shows_nothing(world: World, host: str):
    world.site(world.customer(), host, is_open=False)

    assert world.browser().get(world.url(host)).status == 404


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="https://x" style="position:fixed">x</a>',
        "<style>body{display:none}</style>",
        "<form action=/sign-out method=post></form>",
        "<svg onload=alert(1)>",
    ],
)
def test_markdown_cannot_do_anything(markdown: str):
    html = str(html_of(markdown))

    assert not re.search(
        r"<(script|style|form|svg|iframe)|<[^>]*\s(on\w+|style)=|href=\"(javascript|data):", html
    )


def test_markdown_is_shown_as_meant():
    html = str(html_of("# Hej\n\n[oss](https://example.com) och **ni**\n\n| a |\n|---|\n| b |"))

    assert "<h1>Hej</h1>" in html
    assert 'href="https://example.com"' in html
    assert "<strong>ni</strong>" in html
    assert "<td>b</td>" in html


def test_an_owner_edits_a_page(world: World, owner: Owner):
    browser = world.signed_in(owner.email, host="bageri")
    page = edit_form(world, browser)

    saved = browser.post(page.url, page.form("") | {"title": "Om oss", "markdown": "Vi *bakar*."})

    assert saved.headers["Location"] == "/dashboard#pages"
    assert "The page is saved." in browser.follow(saved).text
    assert "Vi <em>bakar</em>." in world.browser().get(world.url("bageri")).text


def test_a_page_somebody_else_saved_meanwhile_is_not_lost_and_neither_is_what_was_typed(
    world: World, owner: Owner
):
    browser = world.signed_in(owner.email, host="bageri")
    page = edit_form(world, browser)
    theirs = PageEdit(title="Annat", markdown="Deras", version=int(page.form("")["version"]))
    with world.databases["sites"].unit_of_work(world.command) as uow:
        edit_page(uow, uow.session.query(Site).one(), UUID(page.url.rpartition("/")[2]), theirs)

    refused = browser.post(page.url, page.form("") | {"title": "Mitt", "markdown": "Min text"})
    insisted = browser.post(page.url, refused.form(""))

    assert refused.status == 409
    assert refused.form("")["markdown"] == "Min text"
    assert insisted.status == 303
    with world.databases["sites"].unit_of_work(world.command) as uow:
        assert "Min text" in [found.markdown for found in uow.session.query(Page)]


def test_what_is_not_valid_is_said_beside_the_field(world: World, owner: Owner):
    browser = world.signed_in(owner.email, host="bageri")
    page = edit_form(world, browser)

    answer = browser.post(page.url, page.form("") | {"title": " ", "markdown": "Kvar"})

    assert answer.status == 422
    assert "A page needs a title of at most 200 characters." in answer.text
    assert answer.form("")["markdown"] == "Kvar"


def test_another_owners_page_looks_like_none(world: World, owner: Owner):
    world.site(world.customer("eva@example.com", "Eva"), "butik")
    eva = world.signed_in("eva@example.com", host="butik")
    page = edit_form(world, world.signed_in(owner.email, host="bageri"))

    assert eva.get(page.url.replace("//bageri.", "//butik.")).status == 404


def test_an_owner_loses_the_site_with_its_next_request(world: World, owner: Owner):
    browser = world.signed_in(owner.email, host="bageri")
    other = world.customer("eva@example.com", "Eva")
    with world.databases["sites"].unit_of_work(world.command) as uow:
        uow.session.query(Site).one().customer_id = other.customer_id

    assert browser.get(world.url("bageri", "/dashboard")).status in {303, 404}


def test_somebody_is_noted_as_here_once_a_minute(world: World, owner: Owner):
    browser = world.signed_in(owner.email, host="bageri")
    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.session.query(Customer).one().last_seen_at = None

    for _ in range(3):
        browser.get(world.url("bageri", "/dashboard"))

    with world.databases["customers"].unit_of_work(world.command) as uow:
        assert uow.session.query(Customer).one().last_seen_at is not None
