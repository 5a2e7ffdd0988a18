"""The settings of the network: who may open them, what is refused, and what two who save at once see."""

import json

import pytest
from sqlalchemy import select

from kernel.events import advance
from services.customers.models import AuditLine
from services.sites.models import Network
from tests.flows.browser import Answer, Browser
from tests.flows.world import World
from worker.listeners.audit import audit

CHOSEN = {
    "name": "Nordljus", "locale": "sv", "time_zone": "Europe/Helsinki", "colour": "#AA3300",
    "sender_name": "Nordljus kundtjänst", "reply_to": "hej@Nordljus.se", "verification": "always",
    "requires_second_factor": "true", "switch_needs_consent": "true", "switch_mode": "look",
    "switch_is_mailed": "true", "blocks_unpaid": "true", "grace_days": "14",
    "block_message": "Vi är strax här.",
}  # fmt: skip


def page(world: World, browser: Browser) -> Answer:
    return browser.get(world.url("admin", "/settings"))


def save(world: World, browser: Browser, shown: Answer, **typed: str) -> Answer:
    form = {
        "csrf_token": shown.form("/settings")["csrf_token"],
        "version": shown.form("/settings")["version"],
    }
    return browser.post(world.url("admin", "/settings"), form | CHOSEN | typed)


def stored(world: World) -> dict[str, object]:
    with world.databases["sites"].unit_of_work(world.command) as uow:
        return uow.session.query(Network).one().settings.model_dump()


def test_everything_that_can_be_decided_is_saved_and_shown(world: World, browser: Browser):
    answer = browser.follow(save(world, browser, page(world, browser)))

    assert "The settings are saved." in answer.text
    assert stored(world) == CHOSEN | {
        "colour": "#aa3300", "reply_to": "hej@nordljus.se", "requires_second_factor": True,
        "switch_needs_consent": True, "switch_needs_reason": False, "switch_is_mailed": True,
        "blocks_unpaid": True, "grace_days": 14,
    }  # fmt: skip
    assert answer.form("/settings")["name"] == "Nordljus"
    assert '<option value="Europe/Helsinki" selected>' in answer.text
    assert 'value="always" checked' in answer.text
    assert "<small>Nordljus</small>" in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "A network needs a name of at most 100 characters."),
        ("name", "a" * 101, "A network needs a name of at most 100 characters."),
        ("locale", "fi", "Choose one of the languages."),
        ("time_zone", "Europe/Atlantis", "There is no such time zone."),
        ("colour", "red", "Give a colour as # and six hexadecimal digits."),
        ("sender_name", "x\r\nBcc: all@example.com", "This must be one line, without control characters."),
        ("reply_to", "nobody", "An e-mail address has an @ in it."),
        ("verification", "perhaps", "Choose one of the three."),
        ("grace_days", "-1", "Give a number of days from 0 to 365."),
        ("grace_days", "soon", "Give a number of days from 0 to 365."),
        ("block_message", "x" * 501, "At most 500 characters."),
        ("switch_mode", "dance", "Choose one of the two."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(
    world: World, browser: Browser, field: str, typed: str, sentence: str
):
    before = stored(world)

    answer = save(world, browser, page(world, browser), **{"name": "Kvar"} | {field: typed})

    assert answer.status == 422
    assert sentence in answer.text.partition(f'name="{field}"')[2]
    assert answer.form("/settings")["name"] == (typed.strip() if field == "name" else "Kvar")
    assert stored(world) == before


def test_who_saves_second_sees_what_the_other_saved_and_overwrites_it_only_when_meant(
    world: World, browser: Browser
):
    mine = page(world, browser)
    save(world, browser, page(world, browser), name="Deras", verification="never")

    refused = save(world, browser, mine, name="Mitt")
    shown = refused.text.partition('id="name"')[2]

    assert refused.status == 409
    assert "Saved by somebody else: <bdi>Deras</bdi>" in shown
    assert "Saved by somebody else: <bdi>Never</bdi>" in shown
    assert refused.form("/settings")["name"] == "Mitt"
    assert stored(world)["name"] == "Deras"
    assert save(world, browser, refused, name="Mitt").status == 303
    assert stored(world)["name"] == "Mitt"


def test_who_may_not_decide_has_no_link_and_is_refused(world: World, browser: Browser):
    form = page(world, browser)
    world.admin("adam@demo.example", role="administrator")
    other = world.signed_in("adam@demo.example")
    customers = other.get(world.url("admin", "/customers"))

    token = customers.form("/sign-out")["csrf_token"]
    answer = other.post(world.url("admin", "/settings"), form.form("/settings") | {"csrf_token": token})

    assert 'href="/settings"' not in customers.text
    assert 'href="/settings"' in form.text
    assert (page(world, other).status, answer.status) == (403, 403)


@pytest.mark.parametrize("version", ["", "-1", "one", "1" * 400])
def test_a_version_that_is_none_changes_nothing(world: World, browser: Browser, version: str):
    before = stored(world)

    answer = save(world, browser, page(world, browser), version=version)

    assert answer.status in {400, 409}
    assert stored(world) == before


def test_a_program_reads_and_saves_the_same(world: World):
    key = {"Authorization": f"Bearer {world.api_key('network.settings')}"}
    url, program = world.url("admin", "/api/v1/network/settings"), world.browser()
    read = json.loads(program.get(url, headers=key).text)
    read["settings"]["name"] = "Maskinellt"

    saved = program.send_json("PUT", url, read, headers=key)
    again = program.send_json("PUT", url, read, headers=key)

    assert json.loads(saved.text)["version"] == read["version"] + 1
    assert (again.status, json.loads(again.text)["code"]) == (409, "SettingsChanged")
    assert stored(world)["name"] == "Maskinellt"


def test_a_key_without_the_scope_is_refused(world: World):
    key = {"Authorization": f"Bearer {world.api_key('customers.view')}"}

    assert world.browser().get(world.url("admin", "/api/v1/network/settings"), headers=key).status == 403


def test_the_audit_log_holds_what_changed_and_what_it_was(world: World, browser: Browser):
    save(world, browser, page(world, browser), verification="never")
    save(world, browser, page(world, browser), verification="always")
    while advance(audit, world.databases["sites"], world.databases["customers"]):
        pass

    with world.databases["customers"].unit_of_work(world.command) as uow:
        lines = uow.session.scalars(
            select(AuditLine).where(AuditLine.action == "settings changed").order_by(AuditLine.at)
        ).all()

    assert [line.actor.partition(":")[0] for line in lines] == ["command", "account", "account"]
    assert (lines[2].before, lines[2].after) == ({"verification": "never"}, {"verification": "always"})
