"""The pages of what happened and of who changed what."""

import ast
from pathlib import Path
from typing import Any

import pytest

from gateway import audit_words
from kernel.contracts.timeline import BEGINNINGS, kind_of, types_of
from services.customers.profiles.registration import mark_vip
from tests.console.people import settle, vip
from tests.contracts.test_events import KINDS
from tests.flows.browser import Browser
from tests.flows.world import World

ROOT = Path(__file__).resolve().parents[2]


def literals(node: ast.expr) -> list[str]:
    """Return the strings an expression may come to: a literal, or either side of a condition."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def is_table_of_acts(node: Any) -> bool:
    """Whether this gives each event its act: ``PAYMENT_ACTS: dict[...] = {...}``."""
    is_table = isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
    return is_table and ast.unparse(node.target).endswith("_ACTS")


def acts_in_code() -> set[str]:
    """Return every act that some code notes in the audit log."""
    found = set()
    for path in [*ROOT.glob("services/customers/**/*.py"), *ROOT.glob("worker/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                name = ast.unparse(node.func)
                place = {"audit.note": 1, "note": 1, "_note": 2, "write_line": 2}.get(name)
                if place is not None and len(node.args) > place:
                    found.update(literals(node.args[place]))
            if is_table_of_acts(node):
                found.update(act for value in node.value.values for act in literals(value))
    return found


def test_every_act_in_the_log_has_its_words():
    assert acts_in_code() - set(audit_words.ACTS) == set()
    assert set(audit_words.ACTS) - acts_in_code() == set()


def test_every_event_is_of_one_kind_that_it_can_be_found_by():
    types = [kind.model_fields["type"].default for kind in KINDS]

    assert [one for one in types if kind_of(one) is None] == []
    assert sorted(one for kind in BEGINNINGS for one in types_of(kind)) == sorted(types)


def test_a_change_is_in_the_audit_log_with_who_and_from_where(world: World, browser: Browser):
    owner = world.customer()
    path = f"/customers/{owner.customer_id}"
    form = browser.get(world.url("admin", path)).form(f"{path}/vip")
    browser.post(world.url("admin", f"{path}/vip"), form)

    shown = browser.get(world.url("admin", "/audit"))

    assert shown.status == 200
    for words in ("Customer marked as VIP", "Ada Admin", "Olle Ägare", "127.0.0.1"):
        assert words in shown.text


def test_it_is_filtered_by_act_and_says_when_nothing_fits(world: World, browser: Browser):
    vip(world, world.customer())

    marked = browser.get(world.url("admin", "/audit?action=customer+marked+vip")).text
    nothing = browser.get(world.url("admin", "/audit?action=api+key+created&since=2020-01-01")).text

    assert "Olle Ägare" in marked
    assert "Nothing in the log fits." in nothing
    assert "Olle Ägare" not in nothing


@pytest.mark.parametrize("query", ["since=yesterday", "actor=nobody", "about=1", "until=2026-99-99"])
def test_what_cannot_be_read_of_the_address_narrows_nothing(world: World, browser: Browser, query: str):
    assert browser.get(world.url("admin", f"/audit?{query}")).status == 200


def test_the_log_is_taken_along_as_csv(world: World, browser: Browser):
    vip(world, world.customer())

    answer = browser.get(world.url("admin", "/audit.csv?action=customer+marked+vip"))

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.text.count("customer marked vip") == 1


def test_support_sees_neither_the_pages_nor_their_places_in_the_menu(world: World):
    world.admin(role="support")
    browser = world.signed_in()

    menu = browser.get(world.url("admin", "/customers")).text

    assert 'href="/audit"' not in menu
    assert 'href="/events"' not in menu
    for path in ("/audit", "/audit.csv", "/events"):
        assert browser.get(world.url("admin", path)).status == 403


def test_the_networks_events_can_be_narrowed_to_a_kind(world: World, browser: Browser):
    vip(world, world.customer())
    settle(world)

    everything = browser.get(world.url("admin", "/events")).text
    customers = browser.get(world.url("admin", "/events?kind=customer")).text
    payments = browser.get(world.url("admin", "/events?kind=payment")).text

    assert "Marked as VIP" in everything
    assert "Olle Ägare" in everything
    assert "Signed in" in everything
    assert "Marked as VIP" in customers
    assert "Signed in" not in customers.partition("<main")[2]
    assert "Nothing of this kind has happened yet." in payments


def test_the_events_of_a_customer_can_be_narrowed_to_a_kind(world: World, browser: Browser):
    owner = world.customer()
    vip(world, owner)
    settle(world)
    box = f"/customers/{owner.customer_id}/panels/events"

    assert "Marked as VIP" in browser.get(world.url("admin", f"{box}?kind=customer")).text
    assert "Nothing of this kind" in browser.get(world.url("admin", f"{box}?kind=site")).text


def test_more_events_are_loaded_below_those_there_are(world: World, browser: Browser):
    owner = world.customer()
    for is_vip in (True, False) * 8:
        with world.databases["customers"].unit_of_work(world.command) as uow:
            mark_vip(uow, owner.customer_id, is_vip=is_vip)
    settle(world)

    shown = browser.get(world.url("admin", f"/customers/{owner.customer_id}")).text

    assert "Load more" in shown
    assert f"/customers/{owner.customer_id}/panels/events?after=" in shown
