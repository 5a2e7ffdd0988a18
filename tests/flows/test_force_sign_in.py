"""A force sign-in, with real sessions on two hosts and visits in both directions."""

import json

import pytest
from redis import Redis

from services.sites.models import Visit
from services.sites.visits import end_visits_of
from tests.flows.browser import Browser
from tests.flows.scene import Scene, set_scene
from tests.flows.world import World

NOTHING = {
    "sessions": 0, "visits": 0, "tickets": 0, "api_keys": 0, "reset_links": 0, "verify_links": 0,
    "invitations": 0,
}  # fmt: skip


@pytest.fixture
def scene(world: World) -> Scene:
    return set_scene(world)


def path(scene: Scene) -> str:
    return f"/customers/{scene.owner.customer_id}/force-sign-in"


def force(scene: Scene):
    """Press the button in the console."""
    form = scene.browser.get(scene.url(path(scene))).form(path(scene))
    return scene.browser.post(scene.url(path(scene)), form)


def force_by_key(scene: Scene) -> dict[str, int | None]:
    """Do it through the API."""
    key = scene.world.api_key()
    url = scene.url(f"/api/v1{path(scene)}")
    answer = scene.world.browser().send_json("POST", url, {}, headers={"Authorization": f"Bearer {key}"})
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def forget_list(scene: Scene) -> int:
    """Lose the list of the owner's sessions, so that nothing but the epoch can end them."""
    redis: Redis[bytes] = scene.world.stack.gateway.extensions["redis"]
    return redis.delete(f"sessions-of:{scene.owner.account_id}")


def is_in(scene: Scene, browser: Browser) -> bool:
    return browser.get(scene.site_url("/dashboard")).status == 200


def test_every_session_is_out_at_its_next_request_and_all_is_counted(scene: Scene):
    phones = [scene.world.signed_in(scene.owner.email, host="bageri") for _ in range(2)]
    assert [is_in(scene, phone) for phone in phones] == [True, True]

    answer = force(scene)

    assert (answer.status, "Everything has ended" in answer.text) == (200, True)
    assert "<dt>Sessions</dt><dd>2</dd>" in answer.text
    assert [is_in(scene, phone) for phone in phones] == [False, False]
    again = scene.world.signed_in(scene.owner.email, host="bageri")
    assert is_in(scene, again)


def test_it_succeeds_at_zero_and_says_so(scene: Scene):
    assert force_by_key(scene) == NOTHING
    assert force_by_key(scene) == NOTHING


def test_nobody_is_let_in_by_it(scene: Scene):
    force(scene)

    assert not is_in(scene, scene.browser)
    assert scene.browser.get(scene.url("/customers")).status == 200


def test_a_visit_to_the_customer_ends_and_its_admin_stays_signed_in(scene: Scene):
    assert scene.switch().status == 200

    ended = force_by_key(scene)

    assert ended == NOTHING | {"visits": 1}
    over = scene.browser.get(scene.site_url("/dashboard"))
    assert over.status in {303, 403}
    assert not is_in(scene, scene.browser)
    assert scene.browser.get(scene.url("/customers")).status == 200


def test_a_switch_on_the_way_arrives_nowhere(scene: Scene):
    form = scene.hand_over()

    ended = force_by_key(scene)

    assert ended == NOTHING | {"tickets": 1}
    assert scene.arrive(form).status == 403
    assert not is_in(scene, scene.browser)


def test_the_visits_that_the_person_makes_as_an_admin_end_too(scene: Scene):
    himself = scene.world.customer("sigge@example.com", "Sigge")
    scene.world.change_account(himself.account_id, role="support")
    helper = Scene(scene.world, himself.account_id, scene.owner, scene.site_id,
                   scene.world.signed_in(himself.email))  # fmt: skip
    assert helper.switch(mode="look").status == 200

    ended = force_by_key(Scene(scene.world, scene.admin_id, himself, scene.site_id, scene.browser))

    assert ended == NOTHING | {"sessions": 1, "visits": 1}
    assert helper.browser.get(scene.url("/customers")).status == 303
    assert not is_in(scene, helper.browser)


@pytest.mark.parametrize("is_on_the_way", [True, False])
def test_with_sites_away_the_answer_says_so_and_the_epoch_ends_the_visit_all_the_same(
    scene: Scene, *, is_on_the_way: bool
):
    form = scene.hand_over()
    if not is_on_the_way:
        assert scene.arrive(form).status == 303
    forget_list(scene)
    sites = scene.world.stack.served["sites"]
    sites.stop()
    try:
        answer = force(scene)
    finally:
        sites.start()

    assert answer.status == 200
    assert answer.text.count("could not be counted right now; none opens anything any more") == 2
    if is_on_the_way:
        assert scene.arrive(form).status == 403
    assert not is_in(scene, scene.browser)
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        assert end_visits_of(uow, scene.owner.account_id).visits == 0


def test_with_the_lists_lost_the_epoch_ends_the_sessions_all_the_same(scene: Scene):
    phone = scene.world.signed_in(scene.owner.email, host="bageri")
    assert forget_list(scene) == 1

    assert force_by_key(scene) == NOTHING

    assert not is_in(scene, phone)


def test_who_forces_himself_signs_in_again(scene: Scene):
    himself = scene.world.customer("sigge@example.com", "Sigge")
    scene.world.change_account(himself.account_id, role="support")
    own = Scene(scene.world, himself.account_id, himself, scene.site_id, scene.world.signed_in(himself.email))

    answer = force(own)

    assert answer.status == 303
    assert "You have ended all your own sessions, this one too." in own.browser.follow(answer).text


def test_an_equal_is_refused_and_nothing_ends(scene: Scene):
    scene.world.change_account(scene.owner.account_id, role="owner")
    phone = scene.world.signed_in(scene.owner.email, host="bageri")

    answer = force(scene)

    assert answer.status == 403
    assert "This customer is owner of the network too." in answer.text
    assert is_in(scene, phone)


def test_a_session_that_ended_is_not_counted(scene: Scene):
    phone = scene.world.signed_in(scene.owner.email, host="bageri")
    phone.post(scene.site_url("/sign-out"), phone.get(scene.site_url("/dashboard")).form("/sign-out"))
    old = scene.world.signed_in(scene.owner.email, host="bageri")
    scene.world.change_account(scene.owner.account_id, epoch=5)
    assert not is_in(scene, old)

    assert force_by_key(scene) == NOTHING


def test_a_visit_ends_when_its_owner_sets_another_password(scene: Scene):
    assert scene.switch().status == 200

    scene.world.change_account(scene.owner.account_id, epoch=2)

    assert not is_in(scene, scene.browser)
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        assert uow.session.query(Visit).one().cause == "no longer allowed"
