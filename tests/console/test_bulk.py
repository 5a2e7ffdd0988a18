"""Many customers from the list: selected, asked, done, and the page that shows how far it is."""

import json
import re
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kernel import work
from kernel.contracts.jobs import AT_ONCE
from kernel.ids import new_id
from services.customers.models import Customer, Deletion, Job
from tests.flows.browser import Answer, Browser
from tests.flows.world import World
from worker.performers.jobs import job as performer

Form = list[tuple[str, str]]


def form_of(browser: Browser, world: World, path: str = "/customers") -> Form:
    return list(browser.get(world.url("admin", path)).form("/customers/bulk").items())


def send(browser: Browser, world: World, form: Form, *more: tuple[str, object]) -> Answer:
    fields = [*form, *((name, str(value)) for name, value in more)]
    return browser.post(world.url("admin", "/customers/bulk"), fields)  # type: ignore[arg-type]


def ids(*owners: object) -> Form:
    return [("id", str(owner.customer_id)) for owner in owners]  # type: ignore[attr-defined]


def vips(world: World) -> set[UUID]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return set(uow.session.scalars(select(Customer.id).where(Customer.is_vip)))


def perform_all(world: World) -> None:
    home = world.databases["customers"]
    with home.unit_of_work(world.command) as uow:
        waiting = list(uow.session.scalars(select(Job.id).where(Job.state == "due")))
    for job_id in waiting:
        while work.perform(performer, home, job_id):
            pass


@pytest.fixture
def crowd(world: World) -> int:
    for number in range(AT_ONCE + 5):
        world.customer(f"p{number}@example.com", "Åsa" if number % 2 else "Eva")
    return AT_ONCE + 5


@pytest.mark.parametrize("layout", ["cards", "table"])
def test_each_row_can_be_selected_in_both_layouts(world: World, browser: Browser, layout: str):
    owner = world.customer()
    form = browser.get(world.url("admin", "/customers")).form("/customers/layout")
    browser.post(world.url("admin", "/customers/layout"), form | {"layout": layout})

    text = browser.get(world.url("admin", "/customers")).text

    assert f'name="id" value="{owner.customer_id}" form="bulk"' in text
    assert "Select Olle Ägare" in text


def test_selected_rows_are_done_at_once_and_a_toast_says_how_many(world: World, browser: Browser):
    chosen = [world.customer("a@example.com"), world.customer("b@example.com")]
    world.customer("c@example.com")
    form = form_of(browser, world, "/customers?q=example")

    answer = send(browser, world, [*form, *ids(*chosen)], ("action", "vip_on"))
    after = browser.follow(answer)

    assert (answer.status, answer.location) == (303, world.url("admin", "/customers?q=example"))
    assert "2 customers are marked as VIP." in after.text
    assert vips(world) == {owner.customer_id for owner in chosen}


def test_no_tick_does_nothing_and_says_so(world: World, browser: Browser):
    world.customer()

    answer = send(browser, world, form_of(browser, world), ("action", "vip_on"))

    assert "Select at least one customer first." in browser.follow(answer).text
    assert vips(world) == set()


def test_everybody_in_a_filter_is_asked_first_with_the_count(world: World, browser: Browser, crowd: int):
    form = form_of(browser, world, "/customers?q=asa")

    asked = send(browser, world, form, ("which", "all"), ("action", "vip_on"))

    assert asked.status == 200
    assert f"Mark {crowd // 2} customers as VIP?" in asked.text
    assert "Everybody who matches “asa” under All." in asked.text
    assert vips(world) == set()


def test_a_few_in_a_filter_are_done_at_once_when_it_is_confirmed(world: World, browser: Browser, crowd: int):
    asked = send(
        browser, world, form_of(browser, world, "/customers?q=asa"), ("which", "all"), ("action", "vip_on")
    )

    done = send(browser, world, list(asked.form("/customers/bulk").items()), ("action", "vip_on"))

    assert f"{crowd // 2} customers are marked as VIP." in browser.follow(done).text
    assert len(vips(world)) == crowd // 2


def test_many_get_a_page_that_shows_how_far_it_is(world: World, browser: Browser, crowd: int):
    asked = send(browser, world, form_of(browser, world), ("which", "all"), ("action", "vip_on"))
    confirmed = list(asked.form("/customers/bulk").items())

    answer = send(browser, world, confirmed, ("action", "vip_on"))
    waiting = browser.follow(answer)
    piece = browser.get(answer.location, headers={"HX-Request": "true"})
    perform_all(world)
    done = browser.get(answer.location)

    assert "/jobs/" in answer.location
    assert ("Waiting" in waiting.text, f"0 of {crowd}" in waiting.text) == (True, True)
    assert 'hx-trigger="every 1s"' in waiting.text
    assert piece.text.startswith('<div id="progress"')
    assert (f"{crowd} of {crowd}" in done.text, "every 1s" in done.text) == (True, False)
    assert len(vips(world)) == crowd


def test_a_form_sent_twice_is_one_job(world: World, browser: Browser, crowd: int):
    asked = send(browser, world, form_of(browser, world), ("which", "all"), ("action", "vip_on"))
    confirmed = list(asked.form("/customers/bulk").items())

    answers = [send(browser, world, confirmed, ("action", "vip_on")) for _ in range(2)]

    assert answers[0].location == answers[1].location


def test_more_than_were_confirmed_are_asked_about_again(world: World, browser: Browser, crowd: int):
    asked = send(browser, world, form_of(browser, world), ("which", "all"), ("action", "vip_on"))
    confirmed = list(asked.form("/customers/bulk").items())
    world.customer("late@example.com")

    again = send(browser, world, confirmed, ("action", "vip_on"))

    assert again.status == 422
    assert f"{crowd + 1} customers are selected by now, and not {crowd}." in again.text
    assert f"Mark {crowd + 1} customers as VIP?" in again.text
    assert vips(world) == set()


def test_failures_are_listed_with_a_sentence_and_lead_to_the_customer(world: World, browser: Browser):
    owner = world.customer()
    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.get(Customer, owner.customer_id, lock=True).verification = "verified"

    answer = send(browser, world, [*form_of(browser, world), *ids(owner)], ("action", "resend"))
    page = browser.follow(answer)

    assert f'<a href="/customers/{owner.customer_id}">' in page.text
    assert "Run those that failed again" in page.text
    path = "/jobs/" + answer.location.rpartition("/")[2]
    again = browser.follow(browser.post(f"{answer.location}/retry", page.form(f"{path}/retry")))
    assert "Those that failed are tried again." in again.text
    assert "1 of 1" not in again.text


def test_a_job_is_stopped_and_what_is_left_is_left(world: World, browser: Browser, crowd: int):
    asked = send(browser, world, form_of(browser, world), ("which", "all"), ("action", "vip_on"))
    answer = send(browser, world, list(asked.form("/customers/bulk").items()), ("action", "vip_on"))
    path = "/jobs/" + answer.location.rpartition("/")[2]

    stopped = browser.post(f"{answer.location}/stop", browser.get(answer.location).form(f"{path}/stop"))
    perform_all(world)
    page = browser.follow(stopped)

    assert "Stopped. What was done stays done." in page.text
    assert "Somebody stopped it." in page.text
    assert vips(world) == set()


def test_the_list_of_jobs_names_who_did_what(world: World, browser: Browser):
    empty = browser.get(world.url("admin", "/jobs"))
    owner = world.customer()
    send(browser, world, [*form_of(browser, world), *ids(owner)], ("action", "vip_on"))

    page = browser.get(world.url("admin", "/jobs"))

    assert "Nothing has been done to many customers yet" in empty.text
    assert ("Mark as VIP" in page.text, "Ada Admin" in page.text) == (True, True)
    assert "1 done, 0 failed, 0 left" in page.text


def test_who_may_not_sees_no_button_and_is_refused(world: World):
    owner = world.customer()
    world.admin("auditor@demo.example", role="auditor")
    browser = world.signed_in("auditor@demo.example")
    form = form_of(browser, world)
    text = browser.get(world.url("admin", "/customers")).text

    answer = send(browser, world, [*form, *ids(owner)], ("action", "vip_on"))

    assert ('value="vip_on"' in text, 'value="export"' in text) == (False, True)
    assert answer.status == 403
    assert vips(world) == set()


def test_who_may_not_cannot_stop_or_retry(world: World, browser: Browser, crowd: int):
    asked = send(browser, world, form_of(browser, world), ("which", "all"), ("action", "vip_on"))
    job = send(browser, world, list(asked.form("/customers/bulk").items()), ("action", "vip_on")).location
    world.admin("auditor@demo.example", role="auditor")
    other = world.signed_in("auditor@demo.example")
    token = {"csrf_token": other.get(world.url("admin", "/customers")).form("/customers/bulk")["csrf_token"]}

    page = other.get(job)

    assert (page.status, "/stop" in page.text) == (200, False)
    assert [other.post(f"{job}/{what}", token).status for what in ("stop", "retry")] == [403, 403]


@pytest.mark.parametrize(
    "path", ["/customers/bulk", "/jobs/{id}/stop", "/jobs/{id}/retry", "/customers/export"]
)
def test_no_form_works_without_its_token(world: World, browser: Browser, path: str):
    owner = world.customer()
    form = {"id": str(owner.customer_id), "action": "vip_on", "key": new_id().hex}
    url = world.url("admin", path.format(id=new_id()))

    assert browser.post(url, form).status == 400
    assert vips(world) == set()


@pytest.mark.parametrize("spoilt", [("action", "burn"), ("tab", "x"), ("id", "x"), ("key", "<>")])
def test_a_form_that_is_none_of_ours_is_refused(world: World, browser: Browser, spoilt: tuple[str, str]):
    owner = world.customer()
    form = [pair for pair in form_of(browser, world) if pair[0] != spoilt[0]]
    action = [] if spoilt[0] == "action" else [("action", "vip_on")]

    assert send(browser, world, [*form, *ids(owner), *action], spoilt).status == 400
    assert vips(world) == set()


def test_the_api_orders_looks_stops_and_retries(world: World, crowd: int):
    key = {"Authorization": f"Bearer {world.api_key('customers.view', 'customers.edit')}"}
    browser, base = world.browser(), world.url("admin", "/api/v1")
    order = {"key": new_id().hex, "action": "vip_on", "selection": {"tab": "all"}}

    made = [json.loads(browser.send_json("POST", f"{base}/customers/bulk", order, headers=key).text)] * 2
    seen = json.loads(browser.get(f"{base}/jobs/{made[0]['id']}", headers=key).text)
    stopped = browser.send_json("POST", f"{base}/jobs/{made[0]['id']}/stop", None, headers=key)
    retried = browser.send_json("POST", f"{base}/jobs/{made[0]['id']}/retry", None, headers=key)
    listed = json.loads(browser.get(f"{base}/jobs", headers=key).text)

    assert (seen["state"], seen["total"], seen["left"]) == ("waiting", crowd, crowd)
    assert (stopped.status, retried.status, json.loads(retried.text)["code"]) == (204, 409, "NothingFailed")
    assert [(one["id"], one["state"]) for one in listed["items"]] == [(made[0]["id"], "stopped")]


def test_a_key_that_may_only_look_orders_nothing(world: World):
    key = {"Authorization": f"Bearer {world.api_key('customers.view')}"}
    order = {"key": new_id().hex, "action": "vip_on", "selection": {}}
    url = world.url("admin", "/api/v1/customers/bulk")

    assert world.browser().send_json("POST", url, order, headers=key).status == 403


def test_to_delete_the_count_must_be_typed(world: World, browser: Browser):
    chosen = [world.customer("a@example.com"), world.customer("b@example.com")]
    asked = send(browser, world, [*form_of(browser, world), *ids(*chosen)], ("action", "delete"))
    form = [*form_fields(asked), ("way", "everything")]

    wrong = send(browser, world, form, ("typed", "3"))
    kept = deletions(world)
    right = send(browser, world, form, ("typed", " 2 "))

    assert "Delete 2 customers for good?" in asked.text
    assert (wrong.status, kept) == (422, 0)
    assert ("Type the number 2." in wrong.text, 'value="3"' in wrong.text) == (True, True)
    assert "2 customers are being deleted." in browser.follow(right).text
    assert deletions(world) == 2


def test_what_becomes_of_memberships_must_be_chosen(world: World, browser: Browser):
    chosen = [world.customer("a@example.com"), world.customer("b@example.com")]
    asked = send(browser, world, [*form_of(browser, world), *ids(*chosen)], ("action", "delete"))
    form = [*form_fields(asked), ("typed", "2")]

    neither = send(browser, world, form)
    nobody = send(browser, world, form, ("way", "hand_over"))
    himself = send(browser, world, form, ("way", "hand_over"), ("heir_id", chosen[0].customer_id))

    assert [answer.status for answer in (neither, nobody, himself)] == [422, 422, 422]
    assert "Choose what becomes of memberships, sites and payments." in neither.text
    assert "Choose the customer who takes over." in nobody.text
    assert "This customer is among those who are deleted. Choose another one." in himself.text
    assert deletions(world) == 0


def test_many_are_handed_over_to_one_who_is_looked_for_on_the_page(world: World, browser: Browser):
    chosen, heir = [world.customer("a@example.com"), world.customer("b@example.com")], world.customer()
    asked = send(browser, world, [*form_of(browser, world), *ids(*chosen)], ("action", "delete"))
    form = [*form_fields(asked), ("typed", "2"), ("way", "hand_over")]

    found = send(browser, world, form, ("heir_q", "olle"), ("do", "find"))
    done = send(browser, world, form, ("heir_id", heir.customer_id))

    assert f'name="heir_id" value="{heir.customer_id}"' in found.text
    assert "2 customers are being deleted." in browser.follow(done).text
    with world.databases["customers"].unit_of_work(world.command) as uow:
        begun = uow.session.execute(select(Deletion.customer_id, Deletion.way, Deletion.heir_id)).all()
    assert {row.customer_id for row in begun} == {one.customer_id for one in chosen}
    assert {(row.way, row.heir_id) for row in begun} == {("hand_over", heir.customer_id)}


def test_programs_hand_many_over(world: World):
    chosen, heir = world.customer("a@example.com"), world.customer()
    headers = {"Authorization": f"Bearer {world.api_key()}"}
    order = {"key": new_id().hex, "action": "delete", "selection": {"ids": [str(chosen.customer_id)]}}
    url = world.url("admin", "/api/v1/customers/bulk")

    odd = order | {"action": "vip_on", "heir_id": str(heir.customer_id)}
    unknown = order | {"heir_id": str(new_id())}
    refused = [world.browser().send_json("POST", url, one, headers=headers) for one in (odd, unknown)]
    done = world.browser().send_json("POST", url, order | {"heir_id": str(heir.customer_id)}, headers=headers)

    assert [answer.status for answer in refused] == [422, 422]
    assert (done.status, json.loads(done.text)["done"]) == (200, 1)
    assert deletions(world) == 1


def form_fields(answer: Answer) -> Form:
    """Return the fields of the confirmation, of which several may have one name."""
    return re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', answer.text)


def deletions(world: World) -> int:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.session.scalar(select(func.count()).select_from(Deletion)) or 0


def test_support_may_mark_and_not_delete(world: World):
    owner = world.customer()
    world.admin("support@demo.example", role="support")
    browser = world.signed_in("support@demo.example")

    text = browser.get(world.url("admin", "/customers")).text
    answer = send(browser, world, [*form_of(browser, world), *ids(owner)], ("action", "delete"))

    assert ('value="vip_on"' in text, 'value="delete"' in text, answer.status) == (True, False, 403)
    assert deletions(world) == 0
