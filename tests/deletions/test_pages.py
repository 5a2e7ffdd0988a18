"""The page that deletes a customer, the page of a deletion, their list, and the same through the API."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel.ids import new_id
from kernel.log import ParkedEvent
from services.billing.models import Payment
from services.customers.models import Deletion
from tests.console.conftest import spoil
from tests.deletions.people import Rich, ask, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World, make_world

__all__ = ["spoil"]

Wsgi = Callable[..., Any]


@pytest.fixture
def browser(world: World) -> Browser:
    world.admin()
    return world.signed_in()


def page_of(world: World, rich: Rich) -> str:
    return world.url("admin", f"/customers/{rich.owner.customer_id}/delete")


def send(world: World, browser: Browser, rich: Rich, **typed: str) -> Answer:
    """Send the form of the page as somebody typed it."""
    url = page_of(world, rich)
    token = browser.get(url).form(f"/customers/{rich.owner.customer_id}/delete")["csrf_token"]
    return browser.post(url, {"csrf_token": token, "do": "delete", "email": rich.owner.email} | typed)


def asked_for(world: World) -> list[Deletion]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Deletion)))


def text_of(html: str) -> str:
    """Return what is read of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]*>|[\u2068\u2069]", " ", html).split())


def test_the_customers_page_leads_to_it(world: World, browser: Browser, rich: Rich):
    shown = browser.get(world.url("admin", f"/customers/{rich.owner.customer_id}")).text

    assert f'href="/customers/{rich.owner.customer_id}/delete"' in shown
    assert "Deleting a customer is permanent and cannot be undone." in shown


def test_it_says_exactly_what_goes_and_what_stays(world: World, browser: Browser, rich: Rich):
    shown = text_of(browser.get(page_of(world, rich)).text)

    for words in (
        "cannot be undone", "Messages sent 1", "Sign-ins, with IP addresses 1", "Links sent by mail 1",
        "Visits of administrators that are going on and end 1", "Payments, with their lines and refunds",
        "kept for seven years", "“Customer 1 was deleted”", "Memberships that are cancelled: 1 : ",
        "Sites that are deleted: 1", "domains: 1", "Unpaid payments that are cancelled: 2",
        "Payments that stay, without the person: 1: SEK 190.00",
        "Memberships: 1, sites: 1, payments: 3 (SEK 190.00)",
    ):  # fmt: skip
        assert words.replace(": 1 : ", ": 1") in shown.replace("SEK\xa0", "SEK "), words


def test_in_swedish_too(world: World, rich: Rich):
    world.admin()
    browser = world.signed_in()
    browser.language = "sv"

    shown = text_of(browser.get(page_of(world, rich)).text)

    assert "permanent och kan inte ångras" in shown
    assert "Medlemskap som avslutas: 1" in shown


def test_with_everything_from_the_page_to_the_end(world: World, browser: Browser, rich: Rich):
    sent = send(world, browser, rich, way="everything")
    under_way = browser.follow(sent).text
    settle(world.databases)
    done = browser.get(sent.location).text

    assert sent.status == 303
    assert "Waiting" in under_way
    assert 'hx-trigger="every 1s"' in under_way
    assert "Customer 1 is deleted." in done
    assert "every 1s" not in done
    gone = browser.get(world.url("admin", f"/customers/{rich.owner.customer_id}"))
    assert (gone.status, "Customer 1 was deleted on" in gone.text) == (404, True)


def test_handed_over_from_the_page_to_the_end(world: World, browser: Browser, rich: Rich, heir: Owner):
    found = send(world, browser, rich, do="find", q="hedda", email="half typed")
    sent = send(world, browser, rich, way="hand_over", q="hedda", heir_id=str(heir.customer_id))
    settle(world.databases)

    assert found.status == 200
    assert "Hedda Holm #2" in text_of(found.text)
    assert 'value="half typed"' in found.text
    assert "handed over to customer 2" in browser.follow(sent).text


def test_he_himself_is_not_offered_to_take_over(world: World, browser: Browser, rich: Rich):
    found = send(world, browser, rich, do="find", q="olle")

    assert f'value="{rich.owner.customer_id}"' not in found.text
    assert "Nobody else matches" in found.text


def test_htmx_gets_the_hits_alone(world: World, browser: Browser, rich: Rich, heir: Owner):
    token = browser.get(page_of(world, rich)).form(f"/customers/{rich.owner.customer_id}/delete")[
        "csrf_token"
    ]
    found = browser.post(
        page_of(world, rich), {"csrf_token": token, "q": "hedda"}, headers={"HX-Request": "true"}
    )

    assert found.text.startswith('<div id="heirs"')
    assert str(heir.customer_id) in found.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"way": "everything", "email": "olle@wrong.example"},
            "This is not the customer&#39;s e-mail",
        ),
        ({}, "Choose what becomes of memberships, sites and payments."),
        ({"way": "hand_over"}, "Choose the customer who takes over."),
        ({"way": "hand_over", "heir_id": "nobody"}, "Choose the customer who takes over."),
        ({"way": "elsewhere"}, "Choose what becomes of memberships, sites and payments."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    world: World, browser: Browser, rich: Rich, typed: dict[str, str], sentence: str
):
    answer = send(world, browser, rich, **typed)

    assert answer.status == 422
    assert f'-error">{sentence}' in answer.text
    assert f'value="{typed.get("email", rich.owner.email)}"' in answer.text
    assert ('value="everything" checked' in answer.text) is (typed.get("way") == "everything")
    assert asked_for(world) == []


def test_money_on_its_way_is_said_before_anybody_can_ask(world: World, browser: Browser, rich: Rich):
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.session.execute(update(Payment).where(Payment.id == rich.payment_id).values(status="processing"))

    shown = browser.get(page_of(world, rich)).text

    assert "is being charged right now" in shown
    assert 'name="email"' not in shown


def test_what_billing_refuses_is_said_on_the_page_of_the_deletion(world: World, browser: Browser, rich: Rich):
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.session.execute(update(Payment).where(Payment.id == rich.payment_id).values(status="processing"))
    deletion_id = ask(world, rich)
    settle(world.databases)

    shown = browser.get(world.url("admin", f"/deletions/{deletion_id}")).text

    assert "Nothing was deleted, and the customer can sign in as before." in shown
    assert "is being charged right now" in shown


def test_an_admin_is_told_to_take_the_role_away_first(world: World, browser: Browser, rich: Rich):
    world.change_account(rich.owner.account_id, role="support")

    assert "also support of the network" in browser.get(page_of(world, rich)).text


def test_while_it_runs_the_customers_page_says_so_and_leads_there(world: World, browser: Browser, rich: Rich):
    deletion_id = ask(world, rich)

    shown = browser.get(world.url("admin", f"/customers/{rich.owner.customer_id}")).text

    assert re.search(rf'<a class="pill[^"]*" href="/deletions/{deletion_id}">.*?Being deleted</a>', shown)
    assert "Deactivated" not in shown
    assert f'href="/customers/{rich.owner.customer_id}/delete"' not in shown


def test_while_it_runs_the_page_leads_to_where_it_stands(world: World, browser: Browser, rich: Rich):
    deletion_id = ask(world, rich)

    assert browser.get(page_of(world, rich)).location.endswith(f"/deletions/{deletion_id}")


@pytest.mark.parametrize("away", ["billing", "sites"])
def test_when_a_service_is_away_nobody_can_say_what_would_go(
    world: World, browser: Browser, rich: Rich, spoil: Callable[[str, Wsgi], None], away: str
):
    def gone(_environ: dict[str, Any], start: Any) -> list[bytes]:
        start("503 Service Unavailable", [])
        return []

    spoil(away, gone)

    shown = browser.get(page_of(world, rich)).text

    assert "nothing can be deleted" in shown
    assert 'name="email"' not in shown


def test_who_may_not_delete_is_not_offered_it_and_refused(world: World, rich: Rich):
    world.admin("support@demo.example", role="support")
    browser = world.signed_in("support@demo.example")

    shown = browser.get(world.url("admin", f"/customers/{rich.owner.customer_id}")).text
    token = browser.get(world.url("admin", "/customers")).form("/sign-out")["csrf_token"]
    sent = browser.post(page_of(world, rich), {"csrf_token": token, "do": "delete", "way": "everything"})

    assert "/delete" not in shown
    assert (browser.get(page_of(world, rich)).status, sent.status) == (403, 403)
    assert asked_for(world) == []


@pytest.mark.parametrize("form", [{}, {"csrf_token": "another"}])
def test_without_its_token_the_form_does_nothing(
    world: World, browser: Browser, rich: Rich, form: dict[str, str]
):
    typed = {"do": "delete", "way": "everything", "email": rich.owner.email}

    assert browser.post(page_of(world, rich), form | typed).status == 400
    assert asked_for(world) == []


def test_another_networks_customer_and_deletion_are_as_absent_ones(
    world: World, browser: Browser, rich: Rich
):
    elsewhere = make_world(world.stack, world.databases)
    stranger = elsewhere.customer()
    with world.databases["customers"].unit_of_work(elsewhere.command) as uow:
        uow.add(
            Deletion(
                id=new_id(), customer_id=stranger.customer_id, account_id=stranger.account_id, number=1,
                way="everything", could_sign_in=True, requested_at=uow.now, requested_by="command",
            )
        )  # fmt: skip
        uow.session.flush()
        theirs = uow.session.scalars(select(Deletion.id)).one()

    def answers(customer_id: UUID, deletion_id: UUID) -> list[tuple[int, str]]:
        paths = (f"/customers/{customer_id}/delete", f"/customers/{customer_id}", f"/deletions/{deletion_id}")
        found = [browser.get(world.url("admin", path)) for path in paths]
        return [(one.status, re.findall(r"<h1>.*?</p>", one.text, re.DOTALL)[0]) for one in found]

    assert answers(stranger.customer_id, theirs) == answers(new_id(), new_id())


def test_the_list_shows_those_that_run_first(world: World, browser: Browser, rich: Rich):
    empty = browser.get(world.url("admin", "/deletions")).text
    ask(world, rich)
    shown = browser.get(world.url("admin", "/deletions")).text

    assert "Nobody has been deleted." in empty
    assert "Under way" in shown
    assert 'href="/deletions"' in browser.get(world.url("admin", "/background")).text


def test_a_deletion_that_stands_still_says_why_and_is_told_again(world: World, browser: Browser, rich: Rich):
    deletion_id = ask(world, rich)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        old = uow.now.replace(year=uow.now.year - 1)
        uow.session.execute(update(Deletion).values(requested_at=old))
    with world.databases["billing"].unit_of_work(world.command) as uow:
        event = {"type": "customer.deletion_requested", "deletion_id": str(deletion_id)}
        uow.add(
            ParkedEvent(
                listener="billing_deletions", event_id=new_id(), source="customers",
                recorded={"event": event}, error="LookupError: no disk", parked_at=uow.now, resolution="",
            )
        )  # fmt: skip
    url = world.url("admin", f"/deletions/{deletion_id}")

    shown = browser.get(url)
    told = browser.post(f"{url}/again", shown.form(f"/deletions/{deletion_id}/again"))
    settle(world.databases)

    assert "LookupError: no disk" in shown.text
    assert told.status == 303
    assert "Customer 1 is deleted." in browser.get(url).text


def test_a_payment_that_stays_names_its_buyer_and_leads_nowhere(world: World, browser: Browser, rich: Rich):
    ask(world, rich)
    settle(world.databases)

    shown = browser.get(world.url("admin", f"/payments/{rich.payment_id}")).text

    assert "Olle Ägare" in shown
    assert rich.owner.email not in shown


def delete(world: World, customer_id: UUID, key: str, query: str = "way=everything") -> Answer:
    url = world.url("admin", f"/api/v1/customers/{customer_id}?{query}")
    return world.browser().send_json("DELETE", url, {}, headers={"Authorization": f"Bearer {key}"})


def test_the_api_deletes_and_says_where_it_stands(world: World, rich: Rich):
    key = world.api_key("customers.delete", "customers.view")
    begun = delete(world, rich.owner.customer_id, key)
    settle(world.databases)

    url = world.url("admin", begun.headers["Location"])
    ended = json.loads(world.browser().get(url, headers={"Authorization": f"Bearer {key}"}).text)

    assert begun.status == 202
    assert (json.loads(begun.text)["state"], ended["state"]) == ("running", "done")
    assert ended["counts"]["sites"] == 1
    assert ended["requested_by"] == "tests"


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 422, "way"),
        ("way=some", 422, "way"),
        ("way=hand_over", 422, "heir_id"),
        (f"way=everything&heir_id={UUID(int=1)}", 422, "way"),
    ],
)
def test_the_api_says_what_is_wrong(world: World, rich: Rich, query: str, status: int, field: str):
    answer = delete(world, rich.owner.customer_id, world.api_key("customers.delete"), query)

    assert answer.status == status
    assert [one["field"] for one in json.loads(answer.text)["fields"]] == [field]
    assert asked_for(world) == []


def test_the_api_needs_the_scope_and_refuses_a_second_time(world: World, rich: Rich):
    assert delete(world, rich.owner.customer_id, world.api_key("customers.edit")).status == 403
    key = world.api_key("customers.delete")

    answers = [delete(world, rich.owner.customer_id, key).status for _ in range(2)]
    settle(world.databases)

    assert answers == [202, 409]
    assert delete(world, rich.owner.customer_id, key).status == 404
