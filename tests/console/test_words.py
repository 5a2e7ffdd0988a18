"""Languages: nothing is left untranslated, and the reader's choice holds."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask

from gateway.words import install_words, said, said_fields
from kernel.errors import N_, Conflict, Filled, Invalid, failure_of, problem_of
from tests.console.people import registered
from tests.flows.world import World

ROOT = Path(__file__).parent.parent.parent
SWEDISH = ROOT / "gateway" / "translations" / "sv" / "LC_MESSAGES" / "messages.po"
METHODS = [
    ("gateway/**.py", "python"),
    ("kernel/**.py", "python"),
    ("services/**.py", "python"),
    ("gateway/templates/**.html", "jinja2"),
]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
PLACE = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def swedish() -> Catalog:
    with SWEDISH.open("rb") as file:
        return read_po(file, locale="sv")


def places(sentence: object) -> set[str]:
    return set(PLACE.findall(str(sentence)))


def used() -> set[str]:
    """Return every sentence of the gateway, the kernel and the services."""
    found = set()
    for folder in ("gateway", "kernel", "services"):
        methods = [(pattern.partition("/")[2], how) for pattern, how in METHODS if pattern.startswith(folder)]
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, methods, keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else message[0])
    return found - {""}


def test_every_sentence_is_said_in_swedish(swedish: Catalog):
    untranslated = sorted(s for s in used() if not (message := swedish.get(s)) or not message.string)

    assert untranslated == []


def test_no_place_is_lost_or_invented_in_swedish(swedish: Catalog):
    singular = [message for message in swedish if message.id and isinstance(message.id, str)]

    assert [message.id for message in singular if places(message.id) != places(message.string)] == []


def test_no_translation_is_marked_as_a_guess(swedish: Catalog):
    assert [message.id for message in swedish if message.id and message.fuzzy] == []


def test_the_compiled_catalogue_is_made_of_the_one_in_the_repository(swedish: Catalog):
    expected = BytesIO()
    write_mo(expected, swedish)

    assert SWEDISH.with_suffix(".mo").read_bytes() == expected.getvalue(), "run `make install`"


def test_a_failure_of_another_process_is_said_in_the_readers_language():
    app = Flask("gateway", root_path=str(ROOT / "gateway"))
    install_words(app)
    failure = Conflict(N_("A payment that is %(status)s cannot be refunded."), status="failed")

    with app.test_request_context(headers={"Accept-Language": "sv"}):
        assert said(failure) == "En betalning med status misslyckad kan inte återbetalas."
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert said(failure) == "A payment that is failed cannot be refunded."


def test_what_is_wrong_with_a_field_is_said_in_the_readers_language_after_it_crossed_a_border():
    app = Flask("gateway", root_path=str(ROOT / "gateway"))
    install_words(app)
    sentence = Filled("This is not available in %(country)s.", country="SE")
    failure = failure_of(problem_of(Invalid(fields={"state": sentence, "city": "Unmarked"})))

    assert failure.fields == {"state": "This is not available in SE.", "city": "Unmarked"}
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        assert said_fields(failure) == {"state": "This is not available in Sverige.", "city": "Unmarked"}


def test_the_browser_chooses_and_the_menu_overrules_it(world: World):
    browser = world.browser("sv-SE,sv;q=0.9,en;q=0.5")
    url = world.url("admin", "/sign-in")
    swedish_page = browser.get(url)

    answer = browser.post(
        world.url("admin", "/appearance"), swedish_page.form("/appearance") | {"language": "en"}
    )
    english_page = browser.follow(answer)

    assert '<html lang="sv"' in swedish_page.text
    assert "Logga in i Atoll" in swedish_page.text
    assert english_page.url == url
    assert "Sign in to Atoll" in english_page.text


def test_dates_money_and_numbers_follow_the_language(world: World):
    world.admin()
    registered(world, "asa@example.com", "Åsa", "Lind")
    browser = world.signed_in()
    browser.language = "sv"

    shown = browser.get(world.url("admin", "/customers")).text

    for words in ("Kunder", "Kund sedan", "Byt till", "Hantera", "Senaste inloggning", "Inget än"):
        assert words in shown


def test_a_theme_is_kept_by_the_browser(world: World):
    browser = world.browser()
    url = world.url("admin", "/sign-in")

    answer = browser.post(
        world.url("admin", "/appearance"), browser.get(url).form("/appearance") | {"theme": "dark"}
    )

    assert 'data-bs-theme="dark"' in browser.follow(answer).text


def test_the_menu_sends_nobody_to_another_host(world: World):
    browser = world.browser()
    form = browser.get(world.url("admin", "/sign-in")).form("/appearance")

    answer = browser.post(
        world.url("admin", "/appearance"), form | {"theme": "dark", "back": "//evil.example"}
    )

    assert answer.location == world.url("admin", "/")
