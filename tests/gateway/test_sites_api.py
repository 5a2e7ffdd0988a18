"""Sites over the API: only the version that was read is changed, and nothing twice."""

import json
from uuid import UUID

import pytest

from tests.flows.browser import Answer
from tests.flows.world import World


@pytest.fixture
def site_id(world: World) -> UUID:
    return world.site(world.customer())


def ask(world: World, method: str, path: str, value: object = None, *scopes: str, **headers: str) -> Answer:
    headers |= {"Authorization": f"Bearer {world.api_key(*scopes)}"}
    url = world.url("admin", f"/api/v1{path}")
    return world.browser().send_json(method, url, value or {}, headers=headers)


TERMS = {"title": "Lindbloms", "type": "customer_owned"}


def test_a_site_is_changed_by_the_tag_that_was_read(world: World, site_id: UUID):
    first = ask(world, "PUT", f"/sites/{site_id}", TERMS, **{"If-Match": '"1"'})
    late = ask(world, "PUT", f"/sites/{site_id}", TERMS | {"title": "X"}, **{"If-Match": '"1"'})
    without = ask(world, "PUT", f"/sites/{site_id}", TERMS)

    assert (first.status, first.headers["ETag"], json.loads(first.text)["title"]) == (200, '"2"', "Lindbloms")
    assert (late.status, without.status) == (412, 428)


def test_a_site_is_closed_opened_copied_and_deleted(world: World, site_id: UUID):
    closed = ask(world, "POST", f"/sites/{site_id}/deactivation", {"reason": "Obetald"})
    opened = ask(world, "POST", f"/sites/{site_id}/activation")
    copied = ask(world, "POST", f"/sites/{site_id}/copies", {"name": "filialen", "title": "Filialen"})
    refused = ask(world, "POST", f"/sites/{site_id}/deletion", {"name": "filialen"})
    deleted = ask(world, "POST", f"/sites/{site_id}/deletion", {"name": "bageri"})

    assert [json.loads(answer.text)["state"] for answer in (closed, opened)] == ["disabled", "active"]
    assert (copied.status, copied.headers["Location"]) == (
        201,
        f"/api/v1/sites/{json.loads(copied.text)['id']}",
    )
    assert (refused.status, json.loads(refused.text)["code"]) == (422, "NameNotTyped")
    assert deleted.status == 204
    assert ask(world, "POST", f"/sites/{site_id}/activation").status == 404


@pytest.mark.parametrize("act", ["activation", "deactivation", "copies", "deletion"])
def test_a_key_that_may_only_look_changes_nothing(world: World, site_id: UUID, act: str):
    assert ask(world, "POST", f"/sites/{site_id}/{act}", {}, "sites.view").status == 403
