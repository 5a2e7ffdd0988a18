"""What people did with memberships is in the audit log; what time and money did is not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.memberships import (
    ChangeOrder,
    MembershipChanges,
    MembershipEdit,
    ProductQuantity,
    ResubscribeOrder,
    TransferOrder,
)
from kernel.database import UnitOfWork
from services.billing.memberships.by_hand import resubscribe
from services.billing.memberships.cancellations import cancel_at_period_end, cancel_now, undo_cancellation
from services.billing.memberships.changes import change_products, withdraw_change
from services.billing.memberships.edits import edit_membership
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.transfers import transfer_membership
from services.billing.memberships.waiting import note_status
from services.customers.models import AuditLine
from tests.console.people import member, product, registered, settle
from tests.flows.browser import Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    return registered(world, "asa@example.com", "Åsa", "Lind")


@pytest.fixture
def membership(world: World, owner: Owner) -> UUID:
    return member(world, owner, product(world, "Bas", 19900))


def do(world: World, *acts: Callable[[UnitOfWork], object], actor: str = "") -> None:
    """Do each in a unit of work of its own, as the admin, and let the listeners read of it."""
    identity = replace(world.command, actor=actor or f"account:{world.admin('eva@demo.example', name='Eva')}")
    for act in acts:
        with world.databases["billing"].unit_of_work(identity) as uow:
            act(uow)
    settle(world)


def noted(world: World) -> list[tuple[str, dict[str, Any]]]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        ours = AuditLine.action.startswith("membership ")
        lines = uow.session.scalars(select(AuditLine).where(ours).order_by(AuditLine.at, AuditLine.id))
        return [(line.action, line.details) for line in lines]


def test_each_act_of_a_person_is_a_line_with_what_he_said(world: World, membership: UUID):
    edit = MembershipEdit(seen=None, changes=MembershipChanges(amount=9900))

    do(
        world,
        lambda uow: edit_membership(uow, membership, edit),
        lambda uow: cancel_at_period_end(uow, membership, cause="unused", reason="Ses"),
        lambda uow: undo_cancellation(uow, membership),
        lambda uow: change_status(uow, membership, "on_hold", reason="Bråk"),
    )

    told = noted(world)
    assert [act for act, _details in told] == [
        "membership changed",
        "membership cancellation scheduled",
        "membership cancellation undone",
        "membership status changed",
    ]
    assert told[0][1] == {"membership": 1, "product": "Bas", "changed": ["amount"]}
    assert told[1][1].items() >= {"membership": 1, "cancel_cause": "unused", "reason": "Ses"}.items()
    assert (told[2][1], told[3][1]) == ({"membership": 1}, {"membership": 1, "reason": "Bråk"})


def test_a_scheduled_change_and_its_withdrawal_are_lines(world: World, membership: UUID):
    large = ProductQuantity(product_id=product(world, "Stor", 49900))
    order = ChangeOrder(products=(large,), when="period_end")

    do(
        world,
        lambda uow: change_products(uow, membership, order),
        lambda uow: withdraw_change(uow, membership),
    )

    assert [act for act, _details in noted(world)] == [
        "membership change scheduled",
        "membership change withdrawn",
    ]


def test_coming_back_is_a_new_membership_in_the_log(world: World, membership: UUID):
    do(
        world,
        lambda uow: cancel_now(uow, membership, reason="Flyttar"),
        lambda uow: resubscribe(uow, membership, ResubscribeOrder(price="keep")),
    )

    assert noted(world)[:2] == [
        ("membership status changed", {"membership": 1, "reason": "Flyttar"}),
        ("membership added", {"membership": 2, "product": "Bas"}),
    ]


def test_a_transfer_says_what_went_along(world: World, membership: UUID):
    heir = registered(world, "bo@example.com", "Bo", "Ek")
    with world.databases["billing"].unit_of_work(world.command) as uow:
        note_status(uow, heir.customer_id, "none")

    do(
        world,
        lambda uow: transfer_membership(
            uow, membership, TransferOrder(customer_id=heir.customer_id, with_sites=True)
        ),
    )

    assert noted(world) == [
        ("membership transferred", {"membership": 1, "with_sites": True, "payments": 0, "received": ""})
    ]


def test_what_the_worker_does_is_in_the_history_alone(world: World, membership: UUID):
    do(world, lambda uow: change_status(uow, membership, "on_hold"), actor="worker")

    assert noted(world) == []


def test_the_log_says_it_in_words(world: World, browser: Browser, membership: UUID):
    edit = MembershipEdit(seen=None, changes=MembershipChanges(amount=9900, auto_renew=False))

    do(
        world,
        lambda uow: edit_membership(uow, membership, edit),
        lambda uow: cancel_at_period_end(uow, membership, cause="unused"),
        lambda uow: change_status(uow, membership, "on_hold"),
    )

    text = browser.get(world.url("admin", "/audit")).text
    for words in ("Eva", "Membership changed", "amount, renews by itself", "Not used enough", "On hold"):
        assert words in text
