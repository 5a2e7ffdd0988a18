"""Editing a customer over the API: only what is named, and only what the caller has seen."""

import json
from collections.abc import Callable

import pytest

from tests.console.people import settle
from tests.flows.browser import Answer
from tests.flows.stack import Stack
from tests.flows.world import Owner, World, make_world

Patch = Callable[..., Answer]


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    return world.customer()


@pytest.fixture
def patch(world: World, owner: Owner) -> Patch:
    """Edit the customer: ``patch({"last_name": "Ek"}, if_match='"1"')``."""
    key = world.api_key()

    def send(edit: object, *, if_match: str | None = '"1"', by: str = key, language: str = "en") -> Answer:
        headers = {"Authorization": f"Bearer {by}", "Accept-Language": language}
        headers |= {"If-Match": if_match} if if_match is not None else {}
        url = world.url("admin", f"/api/v1/customers/{owner.customer_id}")
        return world.browser().send_json("PATCH", url, edit, headers=headers)

    return send


def shown(world: World, owner: Owner, key: str | None = None) -> Answer:
    url = world.url("admin", f"/api/v1/customers/{owner.customer_id}")
    return world.browser().get(url, headers={"Authorization": f"Bearer {key or world.api_key()}"})


def test_what_is_read_has_a_tag_and_what_is_changed_another(world: World, owner: Owner, patch: Patch):
    tag = shown(world, owner).headers["ETag"]

    answer = patch({"last_name": "Ek", "billing": {"country": "SE"}}, if_match=tag)

    changed = json.loads(answer.text)
    assert (tag, answer.status, answer.headers["ETag"]) == ('"1"', 200, '"2"')
    assert (changed["first_name"], changed["last_name"]) == ("Olle", "Ek")
    assert (changed["billing"]["country"], changed["version"]) == ("SE", 2)
    assert shown(world, owner).headers["ETag"] == '"2"'


def test_a_change_to_what_is_there_keeps_the_tag(patch: Patch):
    assert patch({"last_name": "Ägare"}).headers["ETag"] == '"1"'


def test_without_if_match_nothing_is_changed(world: World, owner: Owner, patch: Patch):
    answer = patch({"last_name": "Ek"}, if_match=None)

    assert (answer.status, json.loads(answer.text)["code"]) == (428, "PreconditionMissing")
    assert "If-Match" in json.loads(answer.text)["detail"]
    assert json.loads(shown(world, owner).text)["last_name"] == "Ägare"


@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', '"x"', "1x", '"1', ""])
def test_a_tag_that_is_not_the_present_one_changes_nothing(
    world: World, owner: Owner, patch: Patch, tag: str
):
    answer = patch({"last_name": "Ek"}, if_match=tag)

    assert (answer.status, json.loads(answer.text)["code"]) == (412, "ChangedMeanwhile")
    assert json.loads(shown(world, owner).text)["last_name"] == "Ägare"


@pytest.mark.parametrize("tag", ["*", '"7", "1"'])
def test_a_caller_may_not_care_or_know_several_versions(patch: Patch, tag: str):
    assert patch({"last_name": "Ek"}, if_match=tag).status == 200


def test_what_is_wrong_is_named_as_the_api_names_it_and_said_in_the_callers_language(
    world: World, owner: Owner, patch: Patch
):
    edit = {"email": "olle", "last_name": "Ek", "billing": {"country": "SE", "postcode": "1"}}

    answer = patch(edit, language="sv")

    problem = json.loads(answer.text)
    said = {field["field"]: field["message"] for field in problem["fields"]}
    assert (answer.status, problem["code"]) == (422, "ProfileNotValid")
    assert set(said) == {"email", "billing.postcode", "billing.line1", "billing.city"}
    assert said["billing.city"] == "En adress i Sverige behöver en ort."
    assert json.loads(shown(world, owner).text)["last_name"] == "Ägare"


@pytest.mark.parametrize("edit", [{"number": 7}, {"email": None}, {"billing": {"colour": "red"}}, [], "x"])
def test_a_body_that_is_no_edit_is_refused(patch: Patch, edit: object):
    assert patch(edit).status == 422


def test_the_scope_is_asked_for_and_for_logins_another(world: World, patch: Patch):
    viewer, editor = world.api_key("customers.view"), world.api_key("customers.view", "customers.edit")

    assert patch({"last_name": "Ek"}, by=viewer).status == 403
    assert patch({"email": "ny@example.com"}, by=editor).status == 403
    assert patch({"last_name": "Ek"}, by=editor).status == 200


def test_a_key_cannot_take_over_an_owner(world: World, owner: Owner, patch: Patch):
    world.change_account(owner.account_id, role="owner")

    answer = patch({"email": "mine@evil.example"})

    assert (answer.status, json.loads(answer.text)["code"]) == (403, "LoginNotYours")
    assert json.loads(shown(world, owner).text)["email"] == owner.email


def test_another_networks_customer_is_as_absent_as_none(world: World, patch: Patch, stack: Stack, databases):
    other = make_world(stack, databases)
    theirs, headers = other.customer(), {"Authorization": f"Bearer {world.api_key()}", "If-Match": "*"}

    answers = [
        world.browser().send_json(
            "PATCH",
            world.url("admin", f"/api/v1/customers/{an_id}"),
            {"last_name": "Ek"},
            headers=headers,
        )
        for an_id in (theirs.customer_id, world.network_id)
    ]

    said = [json.loads(answer.text) | {"request_id": ""} for answer in answers]
    assert [answer.status for answer in answers] == [404, 404]
    assert said[0] == said[1]
    assert json.loads(shown(other, theirs).text)["last_name"] == "Ägare"


def test_the_description_tells_of_the_precondition(world: World):
    described = json.loads(world.browser().get(world.url("admin", "/api/v1/openapi.json")).text)

    operation = described["paths"]["/api/v1/customers/{customer_id}"]["patch"]
    header = [given for given in operation["parameters"] if given["in"] == "header"]
    assert [(given["name"], given["required"]) for given in header] == [("If-Match", True)]
    assert {"412", "428"} <= operation["responses"].keys()
    assert "ETag" in operation["responses"]["200"]["headers"]


def register(world: World, new: object, key: str | None = None) -> Answer:
    headers = {"Authorization": f"Bearer {key or world.api_key()}"}
    return world.browser().send_json("POST", world.url("admin", "/api/v1/customers"), new, headers=headers)


def test_a_customer_is_registered_and_found_where_the_answer_says(world: World):
    settle(world)

    answer = register(world, {"email": "Asa@Example.com", "first_name": "Åsa", "billing": {"country": "se"}})

    made = json.loads(answer.text)
    assert (answer.status, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/api/v1/customers/{made['id']}"
    assert (made["email"], made["name"], made["billing"]["country"]) == ("Asa@example.com", "Åsa", "SE")


def test_who_cannot_be_registered_is_told_why_by_field(world: World, owner: Owner):
    answer = register(world, {"email": owner.email, "billing": {"city": "Umeå"}})

    fields = {field["field"] for field in json.loads(answer.text)["fields"]}
    assert (answer.status, fields) == (422, {"email", "billing.country"})
    assert register(world, {"first_name": "Åsa"}).status == 422
    assert register(world, {"email": "x@example.com"}, world.api_key("customers.view")).status == 403
