"""Memberships: how they start, and what may follow what."""

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.contracts.events import MembershipStarted, MembershipStatusChanged
from kernel.database import UnitOfWork
from services.billing.memberships.lifecycle import activate_membership, change_status, start_membership
from services.billing.memberships.periods import end_of
from services.billing.memberships.transitions import TransitionNotAllowed
from services.billing.products.sale import create_product
from services.billing.sold import NotSoldThatWay
from tests.billing.conftest import MONTHLY, make_membership, make_product


def test_a_membership_starts_pending_at_the_price_of_its_product(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = make_membership(uow, customer_id)

    assert (membership.status, membership.amount, membership.currency) == ("pending", 19900, "SEK")
    assert (membership.number, membership.period, membership.started_at) == (1, MONTHLY, None)
    assert uow.published[-1] == MembershipStarted(
        membership_id=membership.id, customer_id=customer_id, number=1, product="Bas", status="pending"
    )


def test_a_trial_runs_from_the_start(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = make_membership(uow, customer_id, trial_days=14)

    assert membership.status == "trialing"
    assert membership.trial_ends_at == uow.now + timedelta(days=14)


def test_activation_starts_the_paid_time_and_says_so(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = make_membership(uow, customer_id)

    activate_membership(uow, membership.id)

    assert membership.started_at == uow.now
    assert membership.expires_at == end_of(MONTHLY, uow.now)
    assert uow.published[-1] == MembershipStatusChanged(
        membership_id=membership.id,
        customer_id=customer_id,
        number=1,
        before="pending",
        after="active",
        expires_at=membership.expires_at,
    )


def test_coming_back_from_hold_keeps_the_time_that_is_left(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = activate_membership(uow, make_membership(uow, customer_id).id)
    paid_until = membership.expires_at
    change_status(uow, membership.id, "on_hold")

    uow.now += timedelta(days=3)
    activate_membership(uow, membership.id)

    assert membership.expires_at == paid_until


def test_a_cancelled_membership_renews_no_more(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = change_status(uow, make_membership(uow, customer_id).id, "cancelled")

    assert (membership.cancelled_at, membership.auto_renew) == (uow.now, False)


def test_a_refused_transition_publishes_nothing(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = make_membership(uow, customer_id)
    said = list(uow.published)

    with pytest.raises(TransitionNotAllowed):
        change_status(uow, membership.id, "expired")

    assert uow.published == said


def test_a_product_is_sold_only_at_its_prices(uow: UnitOfWork, customer_id: UUID) -> None:
    sold = make_product(uow)

    with pytest.raises(NotSoldThatWay, match=r"Bas has no price in EUR for this period."):
        start_membership(uow, customer_id=customer_id, product_id=sold.id, currency="EUR", period=MONTHLY)


def test_a_free_product_costs_nothing_and_never_ends(uow: UnitOfWork, customer_id: UUID) -> None:
    free = create_product(uow, slug="gratis", name="Gratis", kind="plan", pricing="free")
    started = start_membership(uow, customer_id=customer_id, product_id=free.id, currency="SEK")

    membership = activate_membership(uow, started.id)

    assert (membership.amount, membership.expires_at) == (0, None)
