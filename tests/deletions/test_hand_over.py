"""Memberships, sites and payments get another owner, and everything that is counted follows."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.contracts.money import Money
from kernel.ids import new_id
from services.billing.models import Membership, Payment
from services.customers.deletion.former import forget_former_customers
from services.customers.models import CustomerFacts, FormerCustomer
from services.customers.queries.deletions import former_customer
from services.customers.queries.timeline import timeline as read_timeline
from services.sites.models import Site
from services.sites.sites import create_site
from tests.console.people import paid
from tests.deletions.people import Rich, ask, enriched, settle, standing
from tests.flows.scene import set_scene
from tests.flows.world import Owner, World


def facts(world: World, owner: Owner) -> tuple[int, int, dict[str, int]]:
    """Return what lists show of him: memberships, sites, spent."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        found = select(CustomerFacts).where(CustomerFacts.customer_id == owner.customer_id)
        row = uow.session.scalars(found).one()
        return row.memberships, row.sites, row.spent


def test_all_that_was_his_is_the_heirs(world: World, rich: Rich, heir: Owner):
    deletion_id = ask(world, rich, "hand_over", heir)

    settle(world.databases)

    assert standing(world, deletion_id).state == "done"
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert set(uow.session.scalars(select(Membership.customer_id))) == {heir.customer_id}
        assert set(uow.session.scalars(select(Payment.customer_id))) == {heir.customer_id}
        assert set(uow.session.scalars(select(Membership.status))) == {"active"}
    with world.databases["sites"].unit_of_work(world.command) as uow:
        assert uow.get(Site, rich.site_id).customer_id == heir.customer_id


def test_what_lists_count_follows_in_every_currency(world: World, rich: Rich, heir: Owner):
    paid(world, rich.owner, 800, "EUR")
    paid(world, heir, 100, "SEK")
    settle(world.databases)
    before = facts(world, rich.owner), facts(world, heir)

    ask(world, rich, "hand_over", heir)
    settle(world.databases)

    assert before == ((1, 1, {"SEK": 19000, "EUR": 800}), (0, 0, {"SEK": 100}))
    assert facts(world, heir) == (1, 1, {"SEK": 19100, "EUR": 800})


def test_a_payment_that_is_told_of_late_is_counted_once(world: World, rich: Rich, heir: Owner):
    paid(world, rich.owner, 1000)

    ask(world, rich, "hand_over", heir)
    settle(world.databases)

    assert facts(world, heir)[2] == {"SEK": 20000}


@pytest.mark.parametrize("has_one", [True, False])
def test_the_heir_has_one_main_site(world: World, rich: Rich, heir: Owner, has_one: bool):
    if has_one:
        with world.databases["sites"].unit_of_work(world.command) as uow:
            own = create_site(uow, name="own", title="Own", customer_id=heir.customer_id)

    ask(world, rich, "hand_over", heir)
    settle(world.databases)

    with world.databases["sites"].unit_of_work(world.command) as uow:
        mine = select(Site.id).where(Site.customer_id == heir.customer_id, Site.is_primary)
        assert uow.session.scalars(mine).all() == [own.id if has_one else rich.site_id]


def test_the_heir_signs_in_on_the_site_and_the_other_cannot(world: World, heir: Owner):
    scene = set_scene(world)
    rich = Rich(scene.owner, scene.site_id, scene.site_id, scene.site_id, scene.admin_id)

    ask(world, rich, "hand_over", heir)
    settle(world.databases)
    world.stack.gateway.extensions["hosts"].forget(world.network_id)

    assert world.signed_in(heir.email, host="bageri").get(scene.site_url("/dashboard")).status == 200


def test_an_admin_switches_to_the_site_as_the_heirs(world: World, heir: Owner):
    scene = set_scene(world)
    rich = Rich(scene.owner, scene.site_id, scene.site_id, scene.site_id, scene.admin_id)
    ask(world, rich, "hand_over", heir)
    settle(world.databases)
    world.stack.gateway.extensions["hosts"].forget(world.network_id)
    scene.owner = heir

    assert scene.switch().status == 200


def test_the_payment_says_who_bought_for_as_long_as_the_law_wants(world: World, rich: Rich, heir: Owner):
    ask(world, rich, "hand_over", heir)
    settle(world.databases)
    key = world.api_key()
    browser = world.browser()

    said = browser.get(
        world.url("admin", f"/api/v1/payments/{rich.payment_id}"), headers={"Authorization": f"Bearer {key}"}
    )
    world.admin()
    shown = world.signed_in().get(world.url("admin", f"/payments/{rich.payment_id}")).text

    assert json.loads(said.text)["former_customer_id"] == str(rich.owner.customer_id)
    assert json.loads(said.text)["customer_id"] == str(heir.customer_id)
    for words in (
        "Hedda",
        "Customer 1, deleted on",
        "Olle Ägare",
        "Storgatan 1",
        f"{clock.now().year + 7}-12-31",
    ):
        assert words in shown


def test_who_bought_first_is_remembered_over_two_hands(world: World, rich: Rich):
    second, third = (enriched(world, f"{name}@example.com") for name in ("second", "third"))

    ask(world, rich, "hand_over", second.owner)
    settle(world.databases)
    ask(world, second, "hand_over", third.owner)
    settle(world.databases)

    with world.databases["billing"].unit_of_work(world.command) as uow:
        bought = uow.get(Payment, rich.payment_id)
    assert (bought.customer_id, bought.former_customer_id) == (
        third.owner.customer_id, rich.owner.customer_id,
    )  # fmt: skip
    assert facts(world, third.owner) == (3, 3, {"SEK": 3 * 19000})


def test_the_heirs_timeline_says_what_was_taken_over(world: World, rich: Rich, heir: Owner):
    ask(world, rich, "hand_over", heir)
    settle(world.databases)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        told = read_timeline(uow, about=heir.customer_id).items
    assert {line.type for line in told if "deleted" in line.type or "over" in line.type} == {
        "customer.billing_handed_over", "customer.sites_handed_over", "customer.deleted",
    }  # fmt: skip
    over = next(line for line in told if line.type == "customer.billing_handed_over")
    assert over.facts["received"] == [Money(amount=19000, currency="SEK").model_dump()]


def test_when_the_years_are_over_nobody_is_named_any_more(world: World, rich: Rich):
    ask(world, rich)
    settle(world.databases)

    def buyer() -> str:
        with world.databases["customers"].unit_of_work(world.command) as uow:
            kept = former_customer(uow, rich.owner.customer_id)
        return kept.billed_to.name if kept.billed_to else ""

    last_day = datetime(clock.now().year + 7, 12, 31, 23, tzinfo=UTC)
    with time_machine.travel(last_day, tick=False):
        forget_former_customers(world.databases["customers"])
    until_then = buyer()
    with time_machine.travel(last_day + timedelta(days=1), tick=False):
        forget_former_customers(world.databases["customers"])

    assert (until_then, buyer()) == ("Olle Ägare", "")


def test_who_never_paid_leaves_a_number_alone(world: World):
    owner = world.customer()
    rich = Rich(owner, new_id(), new_id(), new_id(), world.admin())

    ask(world, rich)
    settle(world.databases)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        kept = former_customer(uow, owner.customer_id)
        assert uow.session.scalars(select(FormerCustomer)).all() == []
    assert (kept.number, kept.billed_to) == (1, None)
