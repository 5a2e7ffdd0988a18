"""Public pages as they are kept: by browsers with an ETag, and by the gateway for a moment."""

import re
from collections.abc import Callable

import pytest
from werkzeug.wrappers import Response

from gateway.site_hosts import kept_pages as module
from gateway.site_hosts.kept_pages import KeptPages, Key, Sent
from kernel.contracts.pages import PageEdit
from kernel.errors import NotFound, Unavailable
from kernel.ids import new_id
from services.sites.models import Page, Site
from services.sites.pages.editing import edit_page
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World

SITE = new_id()
KEY = Key(SITE, "", "en", "auto")


@pytest.fixture
def owner(world: World) -> Owner:
    made = world.customer()
    world.site(made)
    return made


@pytest.fixture
def visitor(world: World, owner: Owner) -> Browser:
    return world.browser()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock of the pages' own, put on by hand."""
    now = [1000.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])

    def put_on(seconds: float) -> None:
        now[0] += seconds

    return put_on


def front(world: World, visitor: Browser, **headers: str) -> Answer:
    return visitor.get(world.url("bageri"), headers=headers)


def rewrite(world: World, markdown: str) -> None:
    """Save the front page past the gateway, as another process would."""
    with world.databases["sites"].unit_of_work(world.command) as uow:
        page = uow.session.query(Page).filter(Page.path == "").one()
        edit = PageEdit(title=page.title, markdown=markdown, version=page.version)
        edit_page(uow, uow.session.query(Site).one(), page.id, edit)


def test_a_browser_that_has_the_page_is_told_so(world: World, visitor: Browser):
    first = front(world, visitor)
    again = front(world, visitor, **{"If-None-Match": first.headers["ETag"]})

    assert (first.status, first.headers["Cache-Control"]) == (200, "public, no-cache")
    assert {"Accept-Language", "Cookie"} <= set(first.headers["Vary"].split(", "))
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])


def test_another_text_has_another_tag(world: World, visitor: Browser, clock: Callable[[float], None]):
    first = front(world, visitor)
    rewrite(world, "Nytt")
    clock(module.FRESH)

    again = front(world, visitor, **{"If-None-Match": first.headers["ETag"]})

    assert (again.status, "Nytt" in again.text) == (200, True)


def test_only_the_headers_can_be_asked_for(world: World, visitor: Browser):
    asked = visitor.head(world.url("bageri"))

    assert (asked.status, asked.text) == (200, "")
    assert asked.headers["ETag"] == front(world, visitor).headers["ETag"]


def test_languages_and_looks_are_kept_apart(world: World, owner: Owner):
    english, swedish = (front(world, world.browser(language)) for language in ("en", "sv"))

    assert "For the site&#39;s owner" in english.text or "For the site's owner" in english.text
    assert english.headers["ETag"] != swedish.headers["ETag"]


def test_what_is_somebodys_own_is_kept_by_nobody(world: World, owner: Owner, visitor: Browser):
    signed_in = world.signed_in(owner.email, host="bageri")

    answer = front(world, signed_in)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_page_that_is_missing_is_not_kept_by_browsers(world: World, visitor: Browser):
    answer = visitor.get(world.url("bageri", "/nowhere"))

    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")


def test_nothing_is_loaded_from_another_host(world: World, visitor: Browser):
    answer = front(world, visitor)

    loaded = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]*)"', answer.text)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_a_page_is_shown_on_while_the_service_is_away(
    world: World, visitor: Browser, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
):
    first = front(world, visitor)
    monkeypatch.setattr(world.stack.served["sites"].app, "wsgi_app", Response(status=503))
    clock(module.FRESH)

    assert front(world, visitor).text == first.text
    assert visitor.get(world.url("bageri", "/about")).status == 503


def test_a_page_is_drawn_once_in_a_moment(clock: Callable[[float], None]):
    pages, drawn = KeptPages(), []

    def draw() -> Sent:
        drawn.append(1)
        return Sent(200, b"text")

    for seconds in (0, module.FRESH / 2, module.FRESH):
        clock(seconds)
        assert pages.get(KEY, draw)[0].body == b"text"

    assert len(drawn) == 2


def test_a_page_is_not_shown_on_for_ever(clock: Callable[[float], None]):
    pages = KeptPages()
    pages.get(KEY, lambda: Sent(200, b"text"))
    clock(module.STALE + 1)

    def away() -> Sent:
        raise Unavailable

    with pytest.raises(Unavailable):
        pages.get(KEY, away)


def test_what_is_gone_is_gone_at_once_when_it_is_asked_for_again(clock: Callable[[float], None]):
    pages = KeptPages()
    pages.get(KEY, lambda: Sent(200, b"text"))
    clock(module.FRESH)

    def gone() -> Sent:
        raise NotFound

    with pytest.raises(NotFound):
        pages.get(KEY, gone)


def test_the_pages_of_one_site_are_forgotten_and_of_no_other():
    pages, other = KeptPages(), Key(new_id(), "", "en", "auto")
    for key in (KEY, other):
        pages.get(key, lambda: Sent(200, b"before"))

    pages.forget(SITE)

    assert [pages.get(key, lambda: Sent(200, b"after"))[0].body for key in (KEY, other)] == [
        b"after",
        b"before",
    ]


def test_no_more_pages_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST", 2)
    pages = KeptPages()
    for path in ("a", "b", "c"):
        pages.get(Key(SITE, path, "en", "auto"), lambda: Sent(200, b"before"))

    assert pages.get(Key(SITE, "c", "en", "auto"), lambda: Sent(200, b"after"))[0].body == b"before"
    assert pages.get(Key(SITE, "a", "en", "auto"), lambda: Sent(200, b"after"))[0].body == b"after"
