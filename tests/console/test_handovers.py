"""A customer is handed over to another sign-in in the console and by programs: asked, told, done."""

import json

import pytest
from sqlalchemy import select

from services.customers.models import Account, Customer
from tests.console.people import settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    return world.customer("asa@example.com", "Åsa", "Lind")


def path(owner: Owner) -> str:
    return f"/customers/{owner.customer_id}/hand-over"


def ask(world: World, browser: Browser, owner: Owner, **typed: str) -> Answer:
    url = world.url("admin", path(owner))
    return browser.post(url, browser.get(url).form(path(owner)) | {"do": "look"} | typed)


def confirm(world: World, browser: Browser, owner: Owner, asked: Answer) -> Answer:
    form = asked.form(path(owner)) | {"do": "hand over"}
    return browser.post(world.url("admin", path(owner)), form)


def login_of(world: World, owner: Owner) -> str:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        his = select(Account.email).join(Customer, Customer.account_id == Account.id)
        return uow.session.scalars(his.where(Customer.id == owner.customer_id)).one()


def test_the_page_says_what_changes_and_only_the_confirmation_does_it(
    world: World, browser: Browser, owner: Owner
):
    shown = browser.get(world.url("admin", f"/customers/{owner.customer_id}")).text
    asked = ask(world, browser, owner, email="bo@example.com", first_name="Bo", last_name="Ek")
    unchanged = login_of(world, owner)

    answer = browser.follow(confirm(world, browser, owner, asked))

    assert f'href="{path(owner)}"' in shown
    assert "Hand customer 1 over to" in asked.text
    assert "The account is deleted; its e-mail address and username are free." in asked.text
    assert "A new account, with a link by mail to choose a password." in asked.text
    assert unchanged == "asa@example.com"
    assert "Bo Ek signs in as customer 1 now." in answer.text
    assert login_of(world, owner) == "bo@example.com"
    assert (
        "Customer handed over to another sign-in"
        in browser.get(world.url("admin", f"/audit?about={owner.customer_id}")).text
    )


def test_a_second_click_says_the_same_and_the_first_stands(world: World, browser: Browser, owner: Owner):
    asked = ask(world, browser, owner, email="bo@example.com", first_name="Bo")
    first = browser.follow(confirm(world, browser, owner, asked))

    again = browser.follow(confirm(world, browser, owner, asked))

    assert "Bo signs in as customer 1 now." in first.text
    assert "Bo signs in as customer 1 now." in again.text
    assert login_of(world, owner) == "bo@example.com"


def test_his_sessions_end_on_every_host(world: World, browser: Browser, owner: Owner):
    world.site(owner)
    himself = world.signed_in(owner.email, host="bageri")
    assert himself.get(world.url("bageri", "/dashboard")).status == 200

    confirm(world, browser, owner, ask(world, browser, owner, email="bo@example.com"))

    assert himself.get(world.url("bageri", "/dashboard")).status != 200


def test_an_admins_account_is_shown_by_name_before_it_takes_over(
    world: World, browser: Browser, owner: Owner
):
    world.admin("sara@demo.example", role="support", name="Sara Support")

    asked = ask(world, browser, owner, email="sara@demo.example")
    answer = browser.follow(confirm(world, browser, owner, asked))

    assert "Sara Support" in asked.text
    assert "The account there is already, with its own name, username and password." in asked.text
    assert "Sara Support signs in as customer 1 now." in answer.text


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept(
    world: World, browser: Browser, owner: Owner
):
    world.customer("bo@example.com")

    asked = ask(world, browser, owner, email="bo@example.com", first_name="Bo")

    assert asked.status == 422
    assert "This is the address of customer 2 already, and an account is one customer&#39;s." in asked.text
    assert asked.form(path(owner))["first_name"] == "Bo"


def test_who_hands_his_own_customer_over_signs_in_again(world: World, owner: Owner):
    world.change_account(owner.account_id, role="owner")
    himself = world.signed_in(owner.email)

    answer = confirm(world, himself, owner, ask(world, himself, owner, email="bo@example.com"))

    assert (answer.status, answer.location) == (303, world.url("admin", "/sign-in"))
    assert world.signed_in(owner.email)


def test_who_may_not_has_no_button_and_is_refused(world: World, browser: Browser, owner: Owner):
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")
    shown = finance.get(world.url("admin", f"/customers/{owner.customer_id}"))
    token = shown.form("/sign-out")["csrf_token"]

    refused = finance.post(
        world.url("admin", path(owner)),
        {"csrf_token": token, "do": "hand over", "email": "fia@demo.example", "attaches": "true"},
    )

    assert "hand-over" not in shown.text
    assert refused.status == 403
    assert login_of(world, owner) == "asa@example.com"


def test_programs_look_and_hand_over(world: World, owner: Owner):
    headers = {"Authorization": f"Bearer {world.api_key('customers.credentials')}"}
    url = world.url("admin", f"/api/v1/customers/{owner.customer_id}/handovers")
    order = {"email": "bo@example.com", "first_name": "Bo"}

    outlook = world.browser().send_json("POST", f"{url}/looks", order, headers=headers)
    unchanged = login_of(world, owner)
    answers = [json.loads(world.browser().send_json("POST", url, order, headers=headers).text) for _ in "12"]

    assert json.loads(outlook.text)["next"] == {"email": "bo@example.com", "name": "Bo", "role": None}
    assert unchanged == "asa@example.com"
    assert answers[0]["former_account_id"] == str(owner.account_id)
    assert answers[0]["ended"]["sessions"] == 0
    assert answers[1] == {"account_id": answers[0]["account_id"], "former_account_id": None, "ended": None}
