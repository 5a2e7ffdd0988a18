"""The export: its form, what it remembers, the file through the gateway, and who may have it."""

import json
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from services.customers.jobs import exports
from services.customers.models import AuditLine
from tests.flows.browser import Answer, Browser
from tests.flows.world import World

Form = list[tuple[str, str]]


def form_of(browser: Browser, world: World, path: str = "/customers/export") -> Form:
    token = browser.get(world.url("admin", path)).form("/customers/export")["csrf_token"]
    return [("csrf_token", token), ("which", "all"), ("delimiter", "comma")]


def columns(*names: str) -> Form:
    return [(field, name) for name in names for field in ("order", "column")]


def send(browser: Browser, world: World, form: Form) -> Answer:
    return browser.post(world.url("admin", "/customers/export"), form)  # type: ignore[arg-type]


def shown_columns(answer: Answer) -> list[str]:
    return [part.split('"', 1)[0] for part in answer.text.split('name="order" value="')[1:]]


def test_the_file_comes_through_the_gateway_as_a_download(world: World, browser: Browser):
    world.customer("asa@example.com", "Åsa", "Öberg")

    answer = send(browser, world, [*form_of(browser, world), *columns("first_name", "email")])

    assert answer.text == "\ufefffirst_name,email\r\nÅsa,asa@example.com\r\n"
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="customers-' in answer.headers["Content-Disposition"]


def test_columns_and_what_divides_them_are_as_last_time(world: World, browser: Browser):
    world.customer()
    form = [*form_of(browser, world), *columns("email", "number"), ("delimiter", "semicolon")]
    form.remove(("delimiter", "comma"))
    send(browser, world, form)

    again = browser.get(world.url("admin", "/customers/export"))

    assert shown_columns(again)[:3] == ["email", "number", "username"]
    assert again.text.count(" checked") == 3
    assert 'value="semicolon" checked' in again.text


def test_swedish_pages_offer_the_semicolon(world: World, browser: Browser):
    browser.language = "sv"

    assert 'value="semicolon" checked' in browser.get(world.url("admin", "/customers/export")).text


def test_a_column_is_moved_without_a_script_and_nothing_is_sent(world: World, browser: Browser):
    moved = send(
        browser, world, [*form_of(browser, world), *columns("number", "email", "phone"), ("move", "phone:up")]
    )

    assert shown_columns(moved)[:3] == ["number", "phone", "email"]
    assert moved.text.count('name="column"') == moved.text.count('name="order"')
    assert moved.text.count(" checked") == 4


def test_without_a_column_the_form_says_so_and_keeps_the_order(world: World, browser: Browser):
    form = [*form_of(browser, world), ("order", "phone"), ("order", "email")]

    answer = send(browser, world, form)

    assert (answer.status, shown_columns(answer)[:2]) == (422, ["phone", "email"])
    assert "Choose at least one column." in answer.text


def test_a_filter_is_exported_whole_and_named(world: World, browser: Browser):
    for number in range(25):
        world.customer(f"p{number}@example.com", "Åsa" if number < 22 else "Eva")
    page = browser.get(world.url("admin", "/customers/export?q=asa"))

    answer = send(browser, world, [*form_of(browser, world), ("q", "asa"), *columns("email")])

    assert "Export 22 customers" in page.text
    assert "Everybody who matches “asa” under All." in page.text
    assert len(answer.text.splitlines()) == 23


def test_no_tick_is_nobody_and_never_everybody(world: World, browser: Browser):
    world.customer()
    form = [pair for pair in form_of(browser, world) if pair[0] != "which"]

    answer = send(browser, world, [*form, *columns("email")])

    assert answer.status == 422
    assert "Select at least one customer first." in answer.text


@pytest.mark.parametrize("spoilt", [("tab", "nobody"), ("delimiter", "tab"), ("move", "email:left")])
def test_a_form_that_is_none_of_ours_is_refused(world: World, browser: Browser, spoilt: tuple[str, str]):
    form = [pair for pair in form_of(browser, world) if pair[0] != spoilt[0]]

    assert send(browser, world, [*form, *columns("email"), spoilt]).status == 400


def test_a_form_without_its_token_is_refused_and_leaves_no_line(world: World, browser: Browser):
    form = form_of(browser, world)[1:]

    answer = send(browser, world, [*form, *columns("email")])

    assert answer.status == 400
    with world.databases["customers"].unit_of_work(world.command) as uow:
        exported = select(AuditLine).where(AuditLine.action == "customers exported")
        assert uow.session.scalars(exported).all() == []


def test_the_api_exports_a_filter_and_names_a_wrong_column(world: World):
    world.customer("asa@example.com", "Åsa")
    world.customer("eva@example.com", "Eva")
    headers = {"Authorization": f"Bearer {world.api_key('customers.view')}"}
    asked = urlencode({"q": "eva", "columns": "email, number", "delimiter": "semicolon"})
    url = world.url("admin", "/api/v1/customers/export")

    good = world.browser().get(f"{url}?{asked}", headers=headers)
    wrong = world.browser().get(f"{url}?columns=password", headers=headers)

    assert good.text == "\ufeffemail;number\r\neva@example.com;2\r\n"
    assert (wrong.status, json.loads(wrong.text)["code"]) == (422, "ColumnNotKnown")


def test_a_key_without_the_scope_exports_nothing(world: World):
    headers = {"Authorization": f"Bearer {world.api_key('billing.view')}"}

    assert world.browser().get(world.url("admin", "/api/v1/customers/export"), headers=headers).status == 403


def test_a_file_that_breaks_off_says_so_in_its_last_line(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    world.customer("asa@example.com")
    form = [*form_of(browser, world), *columns("email", "number")]
    batch_after, asked = exports.batch_after, []

    def once(*given: object) -> object:
        asked.append(given)
        if len(asked) > 1:
            raise ZeroDivisionError
        return batch_after(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(exports, "batch_after", once)

    lines = send(browser, world, form).text.splitlines()

    assert lines[0] == "\ufeffemail,number"
    assert lines[-1] == '"The file broke off here and is not complete. Fetch it again."'
