"""The new price of a product for running memberships: only when asked, from the next period on, and once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.contracts.memberships import MembershipChanges, MembershipEdit
from kernel.contracts.products import ProductChange
from kernel.database import Database
from kernel.ids import new_id
from kernel.work import perform
from services.billing.app import create_app
from services.billing.memberships.cancellations import cancel_at_period_end, cancel_now
from services.billing.memberships.edits import edit_membership
from services.billing.models import MembershipChange, Product, Repricing
from services.billing.products import repricing as use_cases
from services.billing.products.changes import change_product
from services.billing.products.sale import terms_of
from tests.billing.days import PRICE, Days, at
from tests.calling import Call, caller
from worker.performers.repricings import repricing as performer

NEW = 24900


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def call(app: Flask, signer: Signer) -> Call:
    return caller(app, signer)


@pytest.fixture
def finance(network: UUID) -> Identity:
    account_id = new_id()
    return Identity(network, f"account:{account_id}", ROLES["finance"], account_id=account_id, epoch=0)


@pytest.fixture
def days(billing: Database, finance: Identity) -> Days:
    """A network with a plan, and a clock that stands still."""
    made = Days(billing, finance, pays=True)
    made.found()
    return made


def raise_price(days: Days, amount: int = NEW) -> int:
    """Let the plan cost something else; return its version."""
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        product = uow.get(Product, days.product_id)
        terms = terms_of(product)
        prices = tuple(price.model_copy(update={"amount": amount}) for price in terms.prices)
        change = ProductChange(seen=None, terms=terms.model_copy(update={"prices": prices}))
        return change_product(uow, days.product_id, change).version


def send(call: Call, days: Days, seen: int, key: str = "a") -> Any:
    path = f"/v1/products/{days.product_id}/repricing"
    with at(days.now):
        return call(days.owner, "POST", path, json={"seen": seen}, headers={"Idempotency-Key": key})


def preview(call: Call, days: Days) -> Any:
    with at(days.now):
        return call(days.owner, "GET", f"/v1/products/{days.product_id}/repricing").json


def carry_out(days: Days) -> Repricing:
    """Let the worker do all that was ordered."""
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        row_id = uow.session.scalars(select(Repricing.id).order_by(Repricing.created_at.desc())).first()
    assert row_id is not None
    with at(days.now):
        perform(performer, days.billing, row_id)
    with days.billing.unit_of_work(days.owner) as uow:
        return uow.get(Repricing, row_id)


def acts(days: Days, membership_id: UUID) -> list[tuple[str, str]]:
    with days.billing.unit_of_work(days.owner) as uow:
        mine = select(MembershipChange).where(MembershipChange.membership_id == membership_id)
        return [(line.act, line.actor) for line in uow.session.scalars(mine.order_by(MembershipChange.id))]


def test_a_new_price_touches_nobody_until_somebody_asks(call: Call, days: Days) -> None:
    member = days.start(new_id())

    version = raise_price(days)
    days.go_to(days.now + timedelta(days=40))

    assert days.membership(member).amount == PRICE
    assert preview(call, days) == {
        "steps": [
            {
                "before": {"amount": PRICE, "currency": "SEK"},
                "after": {"amount": NEW, "currency": "SEK"},
                "period": {"length": 1, "unit": "month"},
                "memberships": 1,
            }
        ],
        "left_alone": 0,
        "version": version,
        "last": None,
    }


def test_it_holds_from_the_next_period_on_and_stands_in_the_history(call: Call, days: Days) -> None:
    member = days.start(new_id())
    version = raise_price(days)

    ordered = send(call, days, version)
    done = carry_out(days)
    before = days.membership(member)
    days.go_to(before.expires_at + timedelta(days=1))

    after = days.membership(member)
    assert (ordered.status_code, ordered.json["expected"]) == (202, 1)
    assert (done.changed, done.passed_over, done.state) == (1, 0, "done")
    assert (before.amount, after.amount) == (PRICE, NEW)
    assert [one.total for one in days.payments(member)][-1] == NEW
    assert ("schedule change", days.owner.actor) in acts(days, member)


def test_a_trial_pays_the_new_price_when_it_is_over(call: Call, days: Days) -> None:
    member = days.start(new_id(), trial_days=14)
    version = raise_price(days)

    send(call, days, version)
    carry_out(days)
    days.go_to(days.now + timedelta(days=20))

    assert [one.total for one in days.payments(member)] == [NEW]


def test_a_bill_for_the_next_period_that_nobody_has_paid_is_asked_for_anew(call: Call, days: Days) -> None:
    days.pays = False
    member = days.start(new_id())
    days.go_to(days.membership(member).expires_at - timedelta(days=1))
    version = raise_price(days)

    send(call, days, version)
    carry_out(days)
    days.go_to(days.membership(member).expires_at + timedelta(hours=1))

    bills = [(one.total, one.status) for one in days.payments(member)]
    assert bills == [(PRICE, "cancelled"), (NEW, "pending")]


def test_what_was_agreed_on_or_ends_or_waits_keeps_its_price(call: Call, days: Days) -> None:
    agreed, ending, cancelled, plain = (days.start(new_id()) for _ in range(4))
    pending = days.start(new_id(), is_active=False)
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        edit_membership(uow, agreed, MembershipEdit(seen=None, changes=MembershipChanges(amount=9900)))
        cancel_at_period_end(uow, ending)
        cancel_now(uow, cancelled)
    version = raise_price(days)

    seen = preview(call, days)
    send(call, days, version)
    done = carry_out(days)

    assert ([step["memberships"] for step in seen["steps"]], seen["left_alone"]) == ([1], 2)
    assert (done.expected, done.changed) == (1, 1)
    for one in (agreed, ending, cancelled, pending):
        assert "schedule change" not in [act for act, _actor in acts(days, one)]
    assert "schedule change" in [act for act, _actor in acts(days, plain)]


def test_asking_and_working_twice_changes_each_once(call: Call, days: Days) -> None:
    member = days.start(new_id())
    version = raise_price(days)

    first, again = send(call, days, version), send(call, days, version)
    under_way = send(call, days, version, key="b")
    carry_out(days)
    carry_out(days)
    nothing = send(call, days, version, key="c")

    assert (first.status_code, again.data) == (202, first.data)
    assert (under_way.status_code, under_way.json["code"]) == (409, "RepricingUnderWay")
    assert (nothing.status_code, nothing.json["code"]) == (409, "NothingToReprice")
    assert [act for act, _actor in acts(days, member)].count("schedule change") == 1


def test_it_goes_on_batch_by_batch_without_who_left_meanwhile(
    call: Call, days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases, "BATCH", 2)
    members = [days.start(new_id()) for _ in range(5)]
    version = raise_price(days)
    send(call, days, version)
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        cancel_now(uow, members[2])

    done = carry_out(days)

    assert (done.expected, done.changed, done.finished_at) == (5, 4, days.now)


def test_another_price_meanwhile_stops_it(call: Call, days: Days) -> None:
    member = days.start(new_id())
    version = raise_price(days)
    send(call, days, version)
    raise_price(days, 29900)

    done = carry_out(days)
    late = send(call, days, version, key="b")

    assert (done.is_stopped, done.changed, done.state) == (True, 0, "done")
    assert (late.status_code, late.json["code"]) == (409, "ChangedMeanwhile")
    assert days.membership(member).amount == PRICE


def test_who_may_only_look_sees_it_and_orders_nothing(call: Call, days: Days) -> None:
    days.start(new_id())
    version = raise_price(days)
    auditor = Identity(days.owner.network_id, "account:" + str(new_id()), ROLES["auditor"])
    path = f"/v1/products/{days.product_id}/repricing"

    refused = call(auditor, "POST", path, json={"seen": version}, headers={"Idempotency-Key": "a"})

    assert refused.status_code == 403
    with days.billing.unit_of_work(days.owner) as uow:
        assert uow.session.scalars(select(Repricing)).all() == []
