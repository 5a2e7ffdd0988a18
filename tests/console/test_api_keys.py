"""The page of the API keys, and the keys at work."""

import json
import re
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from services.customers.accounts.api_keys import create_api_key
from tests.flows.browser import Answer, Browser
from tests.flows.world import World, make_world

LIST = "/settings/api-keys"
CONFIRMED, PROVEN = "/api/v1/customers", "/api/v1/network"
"""An operation that customers answers itself, and one that it does not."""


def post(world: World, browser: Browser, path: str, **typed: str) -> Answer:
    token = browser.get(world.url("admin", f"{LIST}/new")).form("/sign-out")["csrf_token"]
    return browser.post(world.url("admin", f"{LIST}{path}"), {"csrf_token": token, **typed})


def make(world: World, browser: Browser, scope: str = "customers.view", days: str = "30") -> str:
    page = post(world, browser, "/new", name="Shop", scopes=scope, days=days)
    found = re.search(r'<code id="made-key">(atoll_[\w-]{43})</code>', page.text)
    assert found is not None
    return found.group(1)


def call(world: World, key: str, path: str = CONFIRMED) -> int:
    return world.browser().get(world.url("admin", path), headers={"Authorization": f"Bearer {key}"}).status


def only_key(world: World, browser: Browser) -> str:
    return browser.get(world.url("admin", LIST)).text.partition(f'action="{LIST}/')[2].partition("/")[0]


def test_a_key_is_shown_once_and_works(world: World, browser: Browser):
    key = make(world, browser)

    assert call(world, key) == 200
    page = browser.get(world.url("admin", LIST))
    assert page.status == 200
    assert key not in page.text
    assert "<bdi>Shop</bdi>" in page.text
    assert "Made by <bdi>Ada Admin</bdi>" in page.text
    assert "Last used just now" in page.text


@pytest.mark.parametrize("path", [CONFIRMED, PROVEN])
def test_a_revoked_key_is_refused_at_its_next_call(world: World, browser: Browser, path: str):
    post(world, browser, "/new", name="Other", scopes="sites.view", days="")
    key = make(world, browser, scope="customers.view" if path == CONFIRMED else "sites.view")
    assert call(world, key, path) == 200

    answer = post(world, browser, f"/{only_key(world, browser)}/revoke")

    assert "The key is revoked; it opens nothing any more." in browser.follow(answer).text
    assert call(world, key, path) == 401


@pytest.mark.parametrize("path", [CONFIRMED, PROVEN])
def test_a_demoted_admins_key_does_less_at_its_next_call_and_says_why(world: World, path: str):
    ada = world.admin()
    world.admin("eva@demo.example", name="Eva")
    browser, eva = world.signed_in(), world.signed_in("eva@demo.example")
    page = post(world, browser, "/new", name="Shop", scopes="customers.view", days="")
    key = re.search(r"atoll_[\w-]{43}", page.text)
    assert key is not None
    assert call(world, key.group()) == 200

    world.change_account(ada, role=None)

    assert call(world, key.group(), path) == 401
    assert "is deactivated or has no rights: it opens nothing." in eva.get(world.url("admin", LIST)).text


def test_a_proof_that_is_too_old_is_renewed_within_the_call(world: World):
    """A narrower key goes on with what is left to it, and the program notices nothing else."""
    ada, owner = world.admin(), world.customer()
    admin = Identity(world.network_id, f"account:{ada}", ROLES["owner"], account_id=ada, epoch=1)
    with world.databases["customers"].unit_of_work(admin) as uow:
        key = create_api_key(uow, name="Shop", scopes=["customers.view", "customers.edit"])
    assert call(world, key) == 200

    world.change_account(ada, role="auditor", epoch=2)

    assert call(world, key) == 200
    vip = world.url("admin", f"/api/v1/customers/{owner.customer_id}/vip")
    headers = {"Authorization": f"Bearer {key}"}
    assert world.browser().send_json("PUT", vip, {"is_vip": True}, headers=headers).status == 403


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"name": "", "scopes": "customers.view", "days": "30"},
            "A key needs a name of at most 100 characters.",
        ),
        ({"name": "Shop", "days": "30"}, "Choose at least one scope."),
        ({"name": "Shop", "scopes": "customers.view", "days": "7"}, "Choose how long the key is good."),
        ({"name": "Shop", "scopes": "moon.land", "days": "30"}, "There is no scope moon.land"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_made(world: World, browser: Browser, typed, sentence: str):
    answer = post(world, browser, "/new", **typed)

    assert (answer.status, sentence in answer.text) == (422, True)
    assert "There are no keys yet." in browser.get(world.url("admin", LIST)).text


def test_what_was_chosen_is_kept(world: World, browser: Browser):
    answer = post(world, browser, "/new", name="", scopes="sites.view", days="90")

    assert re.search(r'value="sites.view" checked', answer.text)
    assert re.search(r'value="90" selected', answer.text)


@pytest.mark.parametrize("role", ["administrator", "support", "finance", "auditor"])
def test_the_page_is_an_owners_alone(world: World, role: str):
    world.admin(role=role)
    browser = world.signed_in()
    token = browser.get(world.url("admin", "/customers")).form("/sign-out")["csrf_token"]

    for path in (LIST, f"{LIST}/new"):
        assert browser.get(world.url("admin", path)).status == 403
    sent = {"csrf_token": token, "name": "x", "scopes": "customers.view", "days": ""}
    assert browser.post(world.url("admin", f"{LIST}/new"), sent).status == 403


def test_forms_without_their_token_and_links_change_nothing(world: World, browser: Browser):
    key = make(world, browser)
    own = only_key(world, browser)

    assert browser.post(world.url("admin", f"{LIST}/{own}/revoke")).status == 400
    assert browser.get(world.url("admin", f"{LIST}/{own}/revoke")).status == 405
    assert call(world, key) == 200


def test_the_api_lists_makes_and_revokes(world: World):
    headers = {"Authorization": f"Bearer {world.api_key()}"}
    program, base = world.browser(), world.url("admin", "/api/v1/api-keys")

    made = json.loads(
        program.send_json(
            "POST", base, {"name": "Shop", "scopes": ["customers.view"], "days": 5}, headers=headers
        ).text
    )
    found = json.loads(program.get(base, headers=headers).text)
    assert {row["name"] for row in found["items"]} == {"tests", "Shop"}
    assert made["key"] not in json.dumps(found)
    assert call(world, made["key"]) == 200

    assert program.send_json("DELETE", f"{base}/{made['id']}", None, headers=headers).status == 204
    assert call(world, made["key"]) == 401
    absent = UUID(int=1)
    assert program.send_json("DELETE", f"{base}/{absent}", None, headers=headers).status == 404


def test_another_networks_key_is_no_key_here(world: World, stack, databases):
    other = make_world(stack, databases)
    headers = {"Authorization": f"Bearer {world.api_key()}"}
    foreign = {"Authorization": f"Bearer {other.api_key()}"}
    theirs = json.loads(other.browser().get(other.url("admin", "/api/v1/api-keys"), headers=foreign).text)

    answer = world.browser().send_json(
        "DELETE", world.url("admin", f"/api/v1/api-keys/{theirs['items'][0]['id']}"), None, headers=headers
    )

    assert answer.status == 404
    assert call(other, foreign["Authorization"].removeprefix("Bearer ")) == 200
