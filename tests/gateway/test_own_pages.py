"""The owner's pages on his site's host: added, previewed, moved, ordered, deleted, and what visitors get."""

import re

import pytest

from gateway.routing import SITE
from kernel.contracts.pages import RESERVED_PATHS
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World

NEW = "/dashboard/pages/new"


@pytest.fixture
def owner(world: World) -> Owner:
    made = world.customer()
    world.site(made)
    return made


@pytest.fixture
def browser(world: World, owner: Owner) -> Browser:
    return world.signed_in(owner.email, host="bageri")


def send(world: World, browser: Browser, form: str, /, **typed: str) -> Answer:
    page = browser.get(world.url("bageri", form))
    return browser.post(page.url, page.form("") | {"in_menu": "true"} | typed)


def editing(world: World, browser: Browser, title: str) -> str:
    """Return the path of the form of the page with a title."""
    dashboard = browser.get(world.url("bageri", "/dashboard")).text
    return re.findall(rf'href="(/dashboard/pages/[0-9a-f-]{{36}})" aria-label="Edit {title}"', dashboard)[0]


def visit(world: World, path: str) -> Answer:
    return world.browser().get(world.url("bageri", path))


def menu(world: World) -> list[str]:
    top = visit(world, "/").text.partition("<nav")[2].partition("</nav>")[0]
    return re.findall(r'href="(/[^"]*)"', top)


def test_a_page_is_added_and_visitors_find_it_in_the_menu(world: World, browser: Browser):
    added = send(world, browser, NEW, title="Priser", markdown="Allt är *dyrt*.")

    assert added.headers["Location"] == "/dashboard#pages"
    assert "The page is added." in browser.follow(added).text
    assert "<em>dyrt</em>" in visit(world, "/priser").text
    assert menu(world)[-1] == "/priser"


def test_a_preview_shows_and_saves_nothing(world: World, browser: Browser):
    for path in (NEW, editing(world, browser, "Contact")):
        shown = send(world, browser, path, title="Priser", markdown="*dyrt*", do="preview")

        assert shown.status == 200
        assert "<em>dyrt</em>" in shown.text
        assert shown.form("")["title"] == "Priser"
        assert shown.form("")["markdown"] == "*dyrt*"
    assert menu(world) == ["/", "/about", "/contact"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"path": "about"}, "There is a page on /about already."),
        ({"path": "Dashboard"}, "/dashboard is kept for the site itself."),
        ({"path": "å å"}, "An address is made of a-z, 0-9, hyphens and slashes, such as about/prices."),
        ({"title": " "}, "A page needs a title of at most 200 characters."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_kept(
    world: World, browser: Browser, typed: dict[str, str], sentence: str
):
    refused = send(world, browser, NEW, **{"title": "Priser", "markdown": "Kvar"} | typed)

    assert refused.status == 422
    assert sentence in refused.text
    assert refused.form("")["markdown"] == "Kvar"


def test_a_moved_page_leaves_its_former_address_behind(world: World, browser: Browser):
    moved = send(world, browser, editing(world, browser, "Contact"), path="find-us")

    answer = visit(world, "/contact")

    assert moved.status == 303
    assert (answer.status, answer.headers["Location"]) == (301, "/find-us")
    assert visit(world, "/find-us").status == 200


def test_a_page_goes_up_and_down_and_no_further(world: World, browser: Browser):
    form = browser.get(world.url("bageri", "/dashboard"))
    for title, way in (("Contact", "up"), ("Contact", "up"), ("Contact", "up"), ("About us", "down")):
        path = f"{editing(world, browser, title)}/{way}"
        browser.post(world.url("bageri", path), form.form(path))

    assert menu(world) == ["/contact", "/", "/about"]


def test_a_page_is_deleted_after_a_question(world: World, browser: Browser):
    path = f"{editing(world, browser, 'Contact')}/delete"
    gone = browser.post(world.url("bageri", path), browser.get(world.url("bageri", path)).form(path))

    assert "The page is deleted." in browser.follow(gone).text
    assert visit(world, "/contact").status == 404


def test_a_page_that_was_saved_meanwhile_is_not_deleted(world: World, browser: Browser):
    edited = editing(world, browser, "Contact")
    path = f"{edited}/delete"
    form = browser.get(world.url("bageri", path)).form(path)
    send(world, browser, edited, title="Contact", markdown="Nytt")

    refused = browser.post(world.url("bageri", path), form)

    assert refused.status == 409
    assert "Somebody else saved this page meanwhile." in refused.text
    assert visit(world, "/contact").status == 200


def test_the_sites_own_page_is_shown_where_there_is_none(world: World, browser: Browser):
    send(world, browser, NEW, title="Gone", path="404", markdown="Lost, *aren't you*?")

    answer = visit(world, "/nowhere")

    assert answer.status == 404
    assert "<em>aren't you</em>" in answer.text or "<em>aren’t you</em>" in answer.text
    assert "/404" not in menu(world)


def test_every_first_part_that_the_host_answers_on_is_kept(world: World):
    rules = [rule.rule for rule in world.stack.gateway.url_map.iter_rules() if rule.host == SITE]
    first_parts = {rule.split("/")[1] for rule in rules}

    assert {part for part in first_parts if part and "<" not in part} <= RESERVED_PATHS


@pytest.mark.parametrize("act", ["", "/delete", "/up"])
def test_another_owners_page_looks_like_none(world: World, browser: Browser, act: str):
    world.site(world.customer("eva@example.com", "Eva"), "butik")
    eva = world.signed_in("eva@example.com", host="butik")
    address = world.url("butik", editing(world, browser, "Contact") + act)
    token = eva.get(world.url("butik", "/dashboard")).form("/sign-out")

    answer = eva.post(address, token) if act == "/up" else eva.get(address)

    assert answer.status == 404
