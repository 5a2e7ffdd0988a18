"""What a deletion means to the person, to the admins and to the lists, from the order to the end."""

import pytest
from sqlalchemy import select

from kernel import clock
from kernel.contracts.customers import CustomersQuery
from kernel.errors import NotFound
from services.billing.models import Membership, Payment
from services.customers.models import Account, AuditLine, Customer
from services.customers.queries.found import found_customers
from services.customers.queries.listing import customers_list
from services.customers.queries.page import customer_page
from services.customers.queries.timeline import timeline as read_timeline
from services.sites.hosts import HostNotServed, resolve_host
from services.sites.models import Site
from services.sites.sites import create_site
from tests.deletions.people import SAGA, Rich, ask, settle, standing
from tests.flows.scene import Scene, set_scene
from tests.flows.world import Owner, World, sign_in


def rich_of(scene: Scene) -> Rich:
    return Rich(scene.owner, scene.site_id, scene.site_id, scene.site_id, scene.admin_id)


def lines(world: World) -> list[tuple[str, str]]:
    """Return type and actor of each line of the network's timeline, the newest first."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return [(line.type, line.actor_name) for line in read_timeline(uow, about=None, limit=100).items]


def test_from_the_moment_it_is_asked_the_person_is_out_and_stays_out(world: World):
    scene = set_scene(world)
    owner = world.signed_in(scene.owner.email, host="bageri")
    assert owner.get(scene.site_url("/dashboard")).status == 200

    ask(world, rich_of(scene))

    assert owner.get(scene.site_url("/dashboard")).location.startswith(scene.site_url("/sign-in"))
    assert sign_in(world.browser(), scene.site_url("/sign-in"), scene.owner.email).status == 401


def test_an_admin_on_his_site_is_out_at_the_next_request(world: World):
    scene = set_scene(world)
    assert scene.switch().status == 200

    ask(world, rich_of(scene))

    assert scene.browser.get(scene.site_url("/dashboard")).status == 403


def test_a_ticket_on_its_way_opens_nothing(world: World):
    scene = set_scene(world)
    handed = scene.hand_over()

    ask(world, rich_of(scene))

    assert scene.arrive(handed).status in {403, 409}
    assert scene.browser.get(scene.site_url("/dashboard")).status != 200


def test_a_ticket_is_dead_when_the_site_was_handed_over(world: World, heir: Owner):
    scene = set_scene(world)
    handed = scene.hand_over()

    ask(world, rich_of(scene), "hand_over", heir)
    settle(world.databases)

    assert scene.arrive(handed).status in {403, 409}


def test_nobody_can_switch_to_him_while_it_runs(world: World):
    scene = set_scene(world)

    ask(world, rich_of(scene))

    assert "not active" in scene.begin().text


def test_with_everything_the_sites_are_gone_and_their_names_free(world: World, rich: Rich):
    with world.databases["sites"].unit_of_work(world.command) as uow:
        host = f"{uow.session.scalar(select(Site.name).where(Site.id == rich.site_id))}.{world.domain}"

    ask(world, rich)
    settle(world.databases)

    with pytest.raises(HostNotServed):
        resolve_host(world.databases["sites"], host)
    with world.databases["sites"].unit_of_work(world.command) as uow:
        assert create_site(uow, name=host.partition(".")[0], title="Next").state == "pending"


def test_with_everything_memberships_and_what_is_unpaid_are_cancelled_and_payments_stay(
    world: World, rich: Rich
):
    ask(world, rich)
    settle(world.databases)

    with world.databases["billing"].unit_of_work(world.command) as uow:
        memberships = uow.session.scalars(select(Membership.status)).all()
        payments = uow.session.execute(select(Payment.status, Payment.captured, Payment.refunded)).all()
    assert memberships == ["cancelled"]
    assert sorted(map(tuple, payments)) == [
        ("cancelled", 0, 0), ("cancelled", 0, 0), ("partially_refunded", 19900, 900),
    ]  # fmt: skip


def test_afterwards_address_and_username_are_free_at_once(world: World, rich: Rich):
    ask(world, rich)
    settle(world.databases, SAGA)

    again = world.customer(rich.owner.email)

    assert again.account_id != rich.owner.account_id


def test_afterwards_lists_counts_and_search_have_forgotten_him(world: World, rich: Rich, heir: Owner):
    ask(world, rich)
    settle(world.databases, SAGA)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        listed = customers_list(uow, CustomersQuery())
        found = found_customers(uow, "olle", 5).items
    assert [row.id for row in listed.items] == [heir.customer_id]
    assert (listed.counts.all, found) == (1, [])


def test_his_page_says_that_he_was_deleted(world: World, rich: Rich):
    ask(world, rich)
    settle(world.databases, SAGA)

    sentence = rf"Customer 1 was deleted on {clock.now().date()}\."
    with (
        world.databases["customers"].unit_of_work(world.command) as uow,
        pytest.raises(NotFound, match=sentence),
    ):
        customer_page(uow, rich.owner.customer_id)


def test_the_timeline_keeps_one_line_about_him_with_who_did_it(world: World, rich: Rich):
    ask(world, rich)
    settle(world.databases)

    told = lines(world)
    kinds = {kind for kind, _ in told}
    assert [line for line in told if line[0].startswith(("customer.", "account.", "site.", "visit."))] == [
        ("customer.deleted", "Ada Admin")
    ]
    assert {"payment.completed", "payment.refunded", "membership.status_changed"} <= kinds


def test_what_happened_to_his_payment_stays_on_its_page(world: World, rich: Rich):
    ask(world, rich)
    settle(world.databases)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        told = read_timeline(uow, about=rich.payment_id).items
    assert [line.type for line in told] == [
        "payment.refunded", "invoice.issued", "refund.requested",
        "payment.completed", "invoice.issued", "payment.created",
    ]  # fmt: skip


def test_the_audit_log_says_who_deleted_whom_and_what_went(world: World, rich: Rich):
    ask(world, rich)
    settle(world.databases)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        mine = select(AuditLine).where(AuditLine.object_id == rich.owner.customer_id).order_by(AuditLine.at)
        begun, ended = uow.session.scalars(mine.where(AuditLine.action.startswith("customer delet"))).all()
    who = f"account:{rich.admin_id}"
    assert (begun.action, begun.actor) == ("customer deletion requested", who)
    assert (ended.action, ended.actor) == ("customer deleted", who)
    assert ended.after == {"number": 1, "way": "everything", "heir": None}
    went = ended.details["went"]
    assert went.pop("customer_words") > 0
    assert went == {
        "memberships": 1, "payments": 1, "unpaid": 2, "sites": 1, "customers": 1, "customer_facts": 1,
        "mails": 1, "sign_ins": 1, "one_time_tokens": 1,
    }  # fmt: skip


def test_until_it_ends_nothing_is_lost(world: World, rich: Rich):
    deletion_id = ask(world, rich)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        assert uow.get(Customer, rich.owner.customer_id).number == 1
        assert uow.get(Account, rich.owner.account_id).email == rich.owner.email
    assert standing(world, deletion_id).state == "running"
