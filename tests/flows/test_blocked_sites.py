"""A site whose membership is over: what visitors, its owner, admins and programs are told, all the same."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from kernel import clock
from kernel.contracts.events import MembershipStarted, MembershipStatusChanged
from kernel.events import advance
from kernel.ids import new_id
from services.sites.models import Site
from tests.background import wait_until
from tests.flows.scene import Scene, set_scene
from tests.flows.test_switch_policy import decide
from tests.flows.world import World
from worker.listeners.memberships import memberships_in_sites


@pytest.fixture
def scene(world: World) -> Scene:
    """A customer's open site under a membership that expired ten days ago."""
    made, membership_id = set_scene(world), new_id()
    with world.databases["sites"].unit_of_work(world.command) as uow:
        uow.session.execute(update(Site).where(Site.id == made.site_id).values(membership_id=membership_id))
    facts = {"membership_id": membership_id, "customer_id": made.owner.customer_id, "number": 88}
    ended = clock.now() - timedelta(days=10)
    tell(
        world,
        MembershipStarted(**facts, product="Bas", status="active"),
        MembershipStatusChanged(**facts, before="active", after="expired", expires_at=ended),
    )
    return made


def tell(world: World, *events: object) -> None:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.publish_many(events)
    while advance(memberships_in_sites, world.databases["billing"], world.databases["sites"]):
        pass


def test_it_is_blocked_only_where_the_network_wants_that_and_after_its_grace(scene: Scene):
    visitor = scene.world.browser()

    free = visitor.get(scene.site_url("/"))
    decide(scene.world, blocks_unpaid=True, grace_days=11)
    in_grace = visitor.get(scene.site_url("/"))
    decide(scene.world, grace_days=9, block_message="Vi är strax tillbaka.")
    blocked = visitor.get(scene.site_url("/about"))

    assert (free.status, in_grace.status, blocked.status) == (200, 200, 403)
    assert "Vi är strax tillbaka." in blocked.text
    assert "About us" not in blocked.text
    assert visitor.get(scene.site_url("/sign-in")).status == 200


def test_its_owner_comes_in_and_reads_why(scene: Scene):
    decide(scene.world, blocks_unpaid=True, grace_days=0)

    owner = scene.world.signed_in(scene.owner.email, host="bageri")
    dashboard = owner.get(scene.site_url("/dashboard"))

    assert dashboard.status == 200
    assert "Blocked since" in dashboard.text
    assert "Expired. The time of membership 88 was over on" in dashboard.text


def test_the_console_and_a_program_are_told_the_same(scene: Scene):
    decide(scene.world, blocks_unpaid=True, grace_days=30)

    page = scene.browser.get(scene.url(f"/sites/{scene.site_id}"))
    key = {"Authorization": f"Bearer {scene.world.api_key('sites.view')}"}
    url = scene.url(f"/api/v1/sites/{scene.site_id}/access")
    told = json.loads(scene.world.browser().get(url, headers=key).text)

    assert "unless paid." in page.text
    assert (told["shows"], told["because"], told["membership"]["number"]) == ("public", "unpaid", 88)
    assert told["blocked_from"] is not None


def test_paying_opens_it_at_once(scene: Scene):
    decide(scene.world, blocks_unpaid=True, grace_days=0)
    visitor = scene.world.browser()
    assert visitor.get(scene.site_url("/")).status == 403

    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        membership_id = uow.get(Site, scene.site_id).membership_id
    paid = MembershipStatusChanged(
        membership_id=membership_id, customer_id=scene.owner.customer_id, number=88, before="expired",
        after="active", expires_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    tell(scene.world, paid)

    wait_until(lambda: visitor.get(scene.site_url("/")).status == 200, what="the site")
