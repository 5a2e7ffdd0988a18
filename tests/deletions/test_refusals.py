"""Who cannot be deleted, and why; nothing is lost and nobody is locked out by having been asked for."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel.auth import Identity
from kernel.contracts.access import ROLES, SITE_OWNER
from kernel.contracts.deletions import DeletionOrder
from kernel.errors import Forbidden, NotFound
from kernel.ids import new_id
from kernel.tombstones import Departed
from services.billing.memberships.lifecycle import start_membership
from services.billing.models import Membership, Payment, Refund
from services.customers.deletion.asking import (
    CHOOSE_HEIR,
    EITHER_OR,
    HEIR_GOES,
    HEIR_IS_HIMSELF,
    TYPE_IT,
    DeletionRefused,
    NotConfirmed,
    ask_again,
    request_deletion,
)
from services.customers.models import Account, Deletion
from services.sites.models import Site
from tests.deletions.people import Rich, admin_of, ask, enriched, settle, standing, step
from tests.flows.world import Owner, World, make_world
from worker.listeners.deletions import billing_deletions, customers_deletions


def refund_is(world: World, rich: Rich, status: str) -> None:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.session.execute(update(Refund).where(Refund.payment_id == rich.payment_id).values(status=status))


def payment_is(world: World, rich: Rich, status: str) -> None:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.session.execute(update(Payment).where(Payment.id == rich.payment_id).values(status=status))


def number_of(world: World, rich: Rich) -> int:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return uow.get(Payment, rich.payment_id).number


def order(world: World, by: Identity, customer_id: UUID, **wanted: object) -> Deletion:
    asked = DeletionOrder.model_validate({"way": "everything"} | wanted)
    with world.databases["customers"].unit_of_work(by) as uow:
        return request_deletion(uow, customer_id, way=asked.way, heir_id=asked.heir_id, email=asked.email)


def asked_for(world: World) -> int:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return len(uow.session.scalars(select(Deletion.id)).all())


@pytest.mark.parametrize("status", ["requested", "submitting", "unknown", "pending"])
def test_a_refund_that_is_not_settled_refuses_it(world: World, rich: Rich, status: str):
    refund_is(world, rich, status)

    deletion_id = ask(world, rich)
    settle(world.databases)

    ended = standing(world, deletion_id)
    assert ended.state == "refused"
    assert ended.reason % ended.params == (
        f"A refund of payment {number_of(world, rich)} is not settled yet. "
        "Wait until it is known whether the money went back."
    )


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_refund_that_is_settled_does_not(world: World, rich: Rich, status: str):
    refund_is(world, rich, status)

    deletion_id = ask(world, rich)
    settle(world.databases)

    assert standing(world, deletion_id).state == "done"


def test_a_charge_under_way_refuses_it_and_nothing_is_lost(world: World, rich: Rich):
    payment_is(world, rich, "processing")

    deletion_id = ask(world, rich)
    settle(world.databases)

    ended = standing(world, deletion_id)
    assert ended.reason % ended.params == (
        f"Payment {number_of(world, rich)} is being charged right now. "
        "Wait until it is known whether the money came."
    )
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert uow.get(Membership, rich.membership_id).status == "active"
    with world.databases["sites"].unit_of_work(world.command) as uow:
        assert uow.get(Site, rich.site_id).state == "active"


def test_who_was_refused_may_sign_in_again(world: World, rich: Rich):
    payment_is(world, rich, "processing")

    ask(world, rich)
    settle(world.databases)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        account = uow.get(Account, rich.owner.account_id)
    assert (account.is_active, account.epoch) == (True, 2)


def test_what_billing_begins_after_it_had_refused_is_gone_on_with(world: World, rich: Rich):
    """It was asked twice while nobody had heard its first answer; then the refund was settled."""
    refund_is(world, rich, "unknown")
    deletion_id = ask(world, rich)
    step(world.databases, billing_deletions, "customers")
    with world.databases["customers"].unit_of_work(admin_of(world, rich)) as uow:
        ask_again(uow, deletion_id)
    step(world.databases, customers_deletions, "billing")
    refund_is(world, rich, "succeeded")

    settle(world.databases)

    assert standing(world, deletion_id).state == "done"
    with pytest.raises(NotFound), world.databases["customers"].unit_of_work(world.command) as uow:
        uow.get(Account, rich.owner.account_id)


def test_who_could_not_sign_in_before_cannot_afterwards(world: World, rich: Rich):
    world.change_account(rich.owner.account_id, is_active=False)
    payment_is(world, rich, "processing")

    ask(world, rich)
    settle(world.databases)

    with world.databases["customers"].unit_of_work(world.command) as uow:
        assert uow.get(Account, rich.owner.account_id).is_active is False


def test_once_the_money_has_come_he_can_be_deleted_after_all(world: World, rich: Rich):
    payment_is(world, rich, "processing")
    refused = ask(world, rich)
    settle(world.databases)
    payment_is(world, rich, "completed")

    deletion_id = ask(world, rich)
    settle(world.databases)

    assert [standing(world, one).state for one in (refused, deletion_id)] == ["refused", "done"]


def test_a_charge_of_somebody_else_does_not_matter(world: World, rich: Rich):
    other = enriched(world, "other@example.com")
    payment_is(world, other, "processing")

    deletion_id = ask(world, rich)
    settle(world.databases)

    assert standing(world, deletion_id).state == "done"


def test_who_has_a_role_has_to_lose_it_first(world: World, rich: Rich):
    world.change_account(rich.owner.account_id, role="support")

    with pytest.raises(DeletionRefused, match=r"also support of the network\. Take the role away first"):
        ask(world, rich)

    assert asked_for(world) == 0


def test_nobody_deletes_himself(world: World, rich: Rich):
    world.change_account(rich.owner.account_id, role="owner")
    himself = replace(admin_of(world, rich), account_id=rich.owner.account_id)

    with pytest.raises(DeletionRefused, match="This is yourself"):
        order(world, himself, rich.owner.customer_id)

    assert asked_for(world) == 0


def test_it_takes_the_permission(world: World, rich: Rich):
    support = replace(admin_of(world, rich), permissions=ROLES["support"])

    with pytest.raises(Forbidden, match=r"customers\.delete"):
        order(world, support, rich.owner.customer_id)

    assert asked_for(world) == 0


@pytest.mark.parametrize("permissions", [SITE_OWNER, ROLES["owner"]])
def test_never_during_a_visit(world: World, rich: Rich, permissions: frozenset[str]):
    visiting = replace(admin_of(world, rich), impersonator=rich.admin_id, permissions=permissions)

    with pytest.raises(Forbidden):
        order(world, visiting, rich.owner.customer_id)

    assert asked_for(world) == 0


def test_a_second_deletion_while_one_runs_is_refused(world: World, rich: Rich):
    ask(world, rich)

    with pytest.raises(DeletionRefused, match="being deleted already"):
        ask(world, rich)

    assert asked_for(world) == 1


def test_who_is_taking_over_is_not_deleted_meanwhile(world: World, rich: Rich):
    taking = enriched(world, "taking@example.com")
    ask(world, rich, "hand_over", taking.owner)

    with pytest.raises(DeletionRefused, match="takes over from customer 1, who is being deleted"):
        ask(world, taking)

    assert asked_for(world) == 1


def test_who_is_being_deleted_cannot_take_over(world: World, rich: Rich):
    other = enriched(world, "other@example.com")
    ask(world, other)

    with pytest.raises(NotConfirmed) as refusal:
        ask(world, rich, "hand_over", other.owner)

    assert refusal.value.fields == {"heir_id": HEIR_GOES}


def test_nobody_takes_over_from_himself(world: World, rich: Rich):
    with pytest.raises(NotConfirmed) as refusal:
        ask(world, rich, "hand_over", rich.owner)

    assert refusal.value.fields == {"heir_id": HEIR_IS_HIMSELF}


@pytest.mark.parametrize("whose", ["nobody", "another network"])
def test_who_takes_over_is_a_customer_of_this_network(world: World, rich: Rich, whose: str):
    elsewhere = make_world(world.stack, world.databases).customer()
    heir_id = elsewhere.customer_id if whose == "another network" else new_id()

    with pytest.raises(NotConfirmed) as refusal:
        order(world, admin_of(world, rich), rich.owner.customer_id, way="hand_over", heir_id=heir_id)

    assert refusal.value.fields == {"heir_id": CHOOSE_HEIR}


def test_everything_and_somebody_who_takes_over_is_a_mistake(world: World, rich: Rich, heir: Owner):
    with pytest.raises(NotConfirmed) as refusal:
        order(world, admin_of(world, rich), rich.owner.customer_id, heir_id=heir.customer_id)

    assert refusal.value.fields == {"way": EITHER_OR}
    assert asked_for(world) == 0


@pytest.mark.parametrize("typed", ["", "hedda@example.com", "olle@example.co"])
def test_another_address_than_the_customers_is_refused(world: World, rich: Rich, typed: str):
    with pytest.raises(NotConfirmed) as refusal:
        order(world, admin_of(world, rich), rich.owner.customer_id, email=typed)

    assert refusal.value.fields == {"email": TYPE_IT}
    assert asked_for(world) == 0


def test_the_address_may_be_written_in_any_case(world: World, rich: Rich):
    assert order(world, admin_of(world, rich), rich.owner.customer_id, email=" OLLE@Example.com ").number == 1


def test_a_customer_of_another_network_is_not_there(world: World, rich: Rich):
    elsewhere = make_world(world.stack, world.databases).customer()

    with pytest.raises(NotFound, match=r"There is no such customer\."):
        order(world, admin_of(world, rich), elsewhere.customer_id)


def test_nothing_can_be_sold_to_who_is_gone(world: World, rich: Rich):
    with world.databases["billing"].unit_of_work(world.command) as uow:
        product_id = uow.get(Membership, rich.membership_id).product_id
    ask(world, rich)
    settle(world.databases)

    with (
        pytest.raises(Departed, match="This customer was deleted"),
        world.databases["billing"].unit_of_work(world.command) as uow,
    ):
        start_membership(uow, customer_id=rich.owner.customer_id, product_id=product_id, currency="SEK")
