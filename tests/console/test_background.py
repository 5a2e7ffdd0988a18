"""The page of what waits for a person: what it shows, to whom, and what its buttons do."""

import pytest
from sqlalchemy import select

from kernel.events import retry_asked
from kernel.log import ParkedEvent
from services.sites.models import Provisioning
from tests.console.people import settle, troubles
from tests.flows.browser import Answer, Browser
from tests.flows.world import World
from worker.listeners.timeline import timeline


def page(world: World, browser: Browser) -> Answer:
    return browser.get(world.url("admin", "/background"))


def test_with_nothing_waiting_the_page_says_so(world: World, browser: Browser):
    shown = page(world, browser)

    assert shown.status == 200
    assert "Every event has been handled." in shown.text
    assert "Nothing was given up." in shown.text


def test_what_waits_is_shown_with_its_error(world: World, browser: Browser):
    troubles(world)

    shown = page(world, browser).text

    for words in ("product.created", "timeline", "ValueError: no room", "provisioning", "OSError: no disk"):
        assert words in shown
    assert "Attempts: 5" in shown


def test_an_event_is_handled_once_more_and_then_gone(world: World, browser: Browser):
    event_id, _ = troubles(world)
    path = f"/background/parked/{event_id}"

    asked = browser.follow(
        browser.post(world.url("admin", path), page(world, browser).form(path) | {"how": "again"})
    )
    retry_asked(timeline, world.databases["customers"])

    assert "The event will be handled once more." in asked.text
    assert "About to be handled" in asked.text
    assert "Every event has been handled." in page(world, browser).text


def test_an_event_is_skipped_and_the_audit_trail_says_by_whom(world: World, browser: Browser):
    event_id, _ = troubles(world)
    path = f"/background/parked/{event_id}"

    answer = browser.follow(
        browser.post(world.url("admin", path), page(world, browser).form(path) | {"how": "skipped"})
    )
    settle(world)

    key = world.api_key("audit.view", "customers.view")
    told = world.browser().get(
        world.url("admin", "/api/v1/timeline"), headers={"Authorization": f"Bearer {key}"}
    )
    assert "The event is skipped." in answer.text
    assert "Every event has been handled." in answer.text
    assert '"type":"parked_event.resolved","actor":"account:' in told.text


def test_work_that_was_given_up_is_due_again(world: World, browser: Browser):
    _, work_id = troubles(world)
    path = f"/background/dead/{work_id}"

    answer = browser.follow(browser.post(world.url("admin", path), page(world, browser).form(path)))

    assert "The work will be tried again." in answer.text
    assert "Nothing was given up." in answer.text
    with world.databases["sites"].unit_of_work(world.command) as uow:
        work = uow.get(Provisioning, work_id)
        assert (work.state, work.attempts) == ("due", 0)


@pytest.mark.parametrize("change", [{"how": "later"}, {"how": "again", "service": "kitchen"}])
def test_a_form_that_was_tampered_with_changes_nothing(
    world: World, browser: Browser, change: dict[str, str]
):
    event_id, _ = troubles(world)
    path = f"/background/parked/{event_id}"

    answer = browser.post(world.url("admin", path), page(world, browser).form(path) | change)

    assert answer.status == 400
    with world.databases["customers"].unit_of_work(world.command) as uow:
        assert uow.session.scalars(select(ParkedEvent.resolution)).all() == [""]


def test_who_may_only_look_has_no_buttons_and_is_refused(world: World):
    event_id, work_id = troubles(world)
    world.admin("revisor@demo.example", role="auditor")
    auditor = world.signed_in("revisor@demo.example")

    shown = page(world, auditor)
    form = {"csrf_token": shown.form("/sign-out")["csrf_token"], "service": "sites"}
    event = auditor.post(world.url("admin", f"/background/parked/{event_id}"), form)
    work = auditor.post(world.url("admin", f"/background/dead/{work_id}"), form)

    assert "ValueError: no room" in shown.text
    assert "Try again" not in shown.text
    assert (event.status, work.status) == (403, 403)


def test_who_may_not_look_is_refused_and_has_no_link(world: World):
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")

    assert page(world, finance).status == 403
    assert 'href="/background"' not in finance.get(world.url("admin", "/customers")).text


def test_with_a_service_out_of_order_it_is_not_said_that_all_is_well(world: World, browser: Browser, spoil):
    page(world, browser)
    spoil("billing", lambda _environ, start: start("200 OK", []) or [b'{"surprise": true}'])

    shown = page(world, browser)

    assert shown.status == 200
    assert shown.text.count('class="notice notice-danger" role="alert"') == 1
    assert "Every event has been handled." not in shown.text
    assert "Nothing was given up." not in shown.text


def test_a_program_sees_and_resolves_the_same(world: World):
    event_id, work_id = troubles(world)
    key = {"Authorization": f"Bearer {world.api_key()}"}
    program = world.browser()

    def send(path: str, **order: str) -> int:
        address = world.url("admin", f"/api/v1/background{path}")
        return program.send_json("POST", address, order, headers=key).status

    seen = program.get(world.url("admin", "/api/v1/background"), headers=key).text
    assert f'"event_id":"{event_id}"' in seen
    assert f'"id":"{work_id}"' in seen

    event, work = f"/parked/{event_id}", f"/dead/{work_id}"
    assert send(event, service="customers", listener="timeline", how="skipped") == 204
    assert send(event, service="customers", listener="timeline", how="skipped") == 404
    assert send(work, service="kitchen", kind="provisioning") == 422
    assert send(work, service="sites", kind="provisioning") == 204

    assert program.get(world.url("admin", "/api/v1/background"), headers=key).text == (
        '{"customers":{"parked":[],"dead":[]},"billing":{"parked":[],"dead":[]},"sites":{"parked":[],"dead":[]}}'
    )
