"""What an owner does to an admin on the page of the admins ends that admin's visit at its next request."""

import pytest

from tests.flows.scene import Scene, set_scene
from tests.flows.world import World, sign_in
from tests.gateway.test_second_factor import code_page, half, require, set_up

ACTIONS = ["role", "deactivate", "end-sessions", "remove", "take-off-second-factor"]


@pytest.fixture
def scene(world: World) -> Scene:
    """An admin on a visit, who has a second factor; and the network's other owner."""
    made = set_scene(world)
    world.admin("eva@demo.example", name="Eva Ägare")
    app = set_up(world)
    made.browser = half(world)
    code_page(world, made.browser, app.now())
    made.switch()
    return made


@pytest.mark.parametrize("action", ACTIONS)
def test_the_visit_of_an_admin_who_was_changed_is_over(scene: Scene, action: str):
    owner = scene.world.signed_in("eva@demo.example")
    url = scene.url(f"/settings/admins/{scene.admin_id}")
    token = owner.get(url).form("/sign-out")["csrf_token"]
    assert scene.browser.get(scene.site_url("/dashboard")).status == 200

    done = owner.post(f"{url}/{action}", {"csrf_token": token, "role": "auditor"})
    refused = scene.browser.get(scene.site_url("/dashboard"))

    assert done.status == 303
    assert (refused.status, "Your visit to this site has ended." in refused.text) == (403, True)


def test_a_visit_goes_on_while_the_network_asks_for_a_factor_that_is_there(scene: Scene):
    require(scene.world)

    assert scene.browser.get(scene.site_url("/dashboard")).status == 200


def test_a_visit_of_an_admin_without_the_factor_ends_with_the_policy(world: World):
    scene = set_scene(world)
    scene.switch()

    require(world)

    assert scene.browser.get(scene.site_url("/dashboard")).status == 403
    assert sign_in(world.browser(), world.url("admin", "/sign-in"), "admin@demo.example").status == 303
