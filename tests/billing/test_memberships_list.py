"""The list of memberships: tabs and their counts, what narrows it, its pages, its file, and what it costs."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.contracts.billing import Period
from kernel.contracts.memberships import MembershipsList
from kernel.ids import new_id
from services.billing.app import create_app
from services.billing.memberships.lifecycle import activate_membership, start_membership
from services.billing.models import Membership, MembershipItem, Product
from services.billing.networks import note_network
from services.billing.products.sale import create_product
from tests.billing.conftest import MONTHLY, Open, make_product
from tests.calling import Call, caller, statements

PATH = "/v1/memberships"
YEARLY = Period(length=1, unit="year")
Begin = Callable[..., Membership]


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def call(app: Flask, signer: Signer) -> Call:
    return caller(app, signer)


@pytest.fixture
def admin(network: UUID) -> Identity:
    account_id = new_id()
    return Identity(network, f"account:{account_id}", ROLES["auditor"], account_id=account_id, epoch=0)


@pytest.fixture
def plan(opened: Open) -> Product:
    with opened() as uow:
        return make_product(uow)


@pytest.fixture
def begin(opened: Open, plan: Product) -> Begin:
    """Begin a membership at a moment: ``begin("2026-05-01T10:00+02:00")``; it is active unless told else."""

    def begin(
        at: str = "2026-05-01T10:00:00+00:00",
        customer_id: UUID | None = None,
        *,
        runs: bool = True,
        package: Product | None = None,
        **more: Any,
    ) -> Membership:
        with time_machine.travel(datetime.fromisoformat(at).astimezone(UTC), tick=False), opened() as uow:
            made = start_membership(
                uow, customer_id=customer_id or new_id(), product_id=plan.id, currency="SEK", period=MONTHLY
            )
            if runs:
                activate_membership(uow, made.id)
            for name, value in more.items():
                setattr(made, name, value)
            if package is not None:
                made.items.append(MembershipItem(id=new_id(), product_id=package.id, position=2, unit=0))
            return made

    return begin


def read(call: Call, admin: Identity, query: str = "") -> MembershipsList:
    answer = call(admin, "GET", f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return MembershipsList.model_validate_json(answer.data)


def numbers(call: Call, admin: Identity, query: str = "") -> list[int]:
    return [row.number for row in read(call, admin, query).items]


def test_the_newest_come_first_with_the_counts_of_every_tab(
    call: Call, admin: Identity, begin: Begin
) -> None:
    begin("2026-05-01T10:00:00+00:00")
    begin("2026-05-02T10:00:00+00:00", runs=False)
    begin("2026-05-03T10:00:00+00:00")

    found = read(call, admin)

    assert [(row.number, row.status) for row in found.items] == [(3, "active"), (2, "pending"), (1, "active")]
    assert (found.items[0].product, found.items[0].price.amount, found.items[0].period) == (
        "Bas",
        19900,
        MONTHLY,
    )
    assert found.counts.model_dump(exclude_defaults=True) == {"all": 3, "active": 2, "pending": 1}
    assert (numbers(call, admin, "tab=active"), numbers(call, admin, "tab=cancelled")) == ([3, 1], [])


def test_counts_follow_every_change_of_status(
    call: Call, opened: Open, admin: Identity, begin: Begin
) -> None:
    made = begin(runs=False)
    before = read(call, admin).counts

    with opened() as uow:
        activate_membership(uow, made.id)

    assert (before.pending, before.active) == (1, 0)
    assert read(call, admin).counts.model_dump(exclude_defaults=True) == {"all": 1, "active": 1}


def test_a_number_finds_one_and_words_that_mean_nobody_find_nothing(
    call: Call, admin: Identity, begin: Begin
) -> None:
    begin()
    begin()

    assert (numbers(call, admin, "q=2"), numbers(call, admin, "q=%232")) == ([2], [2])
    assert (numbers(call, admin, "q=asa"), numbers(call, admin, f"q={10**30}")) == ([], [])


def test_customers_memberships_are_found_and_a_number_beside_them(
    call: Call, admin: Identity, begin: Begin
) -> None:
    asa, bo = new_id(), new_id()
    begin("2026-05-01T10:00:00+00:00", asa)
    begin("2026-05-02T10:00:00+00:00", bo)
    begin("2026-05-03T10:00:00+00:00")

    assert numbers(call, admin, f"customers={asa},{bo}") == [2, 1]
    assert numbers(call, admin, f"q=3&customers={asa}") == [3, 1]
    assert call(admin, "GET", f"{PATH}?customers=abc").status_code == 422


def test_a_product_finds_those_who_have_it_as_plan_or_on_top(
    call: Call, opened: Open, admin: Identity, begin: Begin, plan: Product
) -> None:
    with opened() as uow:
        package = create_product(uow, slug="extra", name="Extra", kind="package", pricing="free")
    begin()
    begin(package=package)

    assert numbers(call, admin, f"product_id={package.id}") == [2]
    assert sorted(numbers(call, admin, f"product_id={plan.id}")) == [1, 2]
    assert numbers(call, admin, f"product_id={new_id()}") == []


def test_days_are_those_of_the_network_with_both_ends(
    call: Call, opened: Open, admin: Identity, begin: Begin
) -> None:
    with opened() as uow:
        note_network(uow, time_zone="Europe/Stockholm")
    begin("2026-04-30T23:59:00+02:00")
    begin("2026-05-01T00:01:00+02:00")
    begin("2026-05-02T23:59:00+02:00")
    begin("2026-05-03T00:01:00+02:00")

    assert numbers(call, admin, "created_from=2026-05-01&created_until=2026-05-02") == [3, 2]
    assert numbers(call, admin, "expires_until=2026-06-01") == [2, 1]
    assert numbers(call, admin, "created_until=9999-12-31") == [4, 3, 2, 1]
    assert call(admin, "GET", f"{PATH}?created_from=2026-02-30").status_code == 422


def test_what_renews_in_some_days_is_what_is_asked_for_then_by_itself(
    call: Call, admin: Identity, begin: Begin
) -> None:
    at = "2026-05-01T10:00:00+00:00"
    begin(at)
    begin(at, auto_renew=False)
    begin(at, cancels_at=datetime(2026, 6, 1, 10, tzinfo=UTC))
    begin(at, period_length=None, period_unit=None)
    begin(at, runs=False)
    begin("2026-04-01T10:00:00+00:00")

    assert numbers(call, admin, "renews_from=2026-06-01&renews_until=2026-06-01") == [1]
    assert sorted(numbers(call, admin, "expires_from=2026-06-01&expires_until=2026-06-01")) == [1, 2, 3, 4]


def test_a_trial_renews_when_it_is_over(
    call: Call, opened: Open, admin: Identity, plan: Product, customer_id: UUID
) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 10, tzinfo=UTC), tick=False), opened() as uow:
        start_membership(
            uow, customer_id=customer_id, product_id=plan.id, currency="SEK", period=MONTHLY, trial_days=14
        )

    assert numbers(call, admin, "renews_from=2026-05-15&renews_until=2026-05-15") == [1]
    assert numbers(call, admin, "renews_from=2026-05-16") == []


def test_a_gateway_finds_its_own(call: Call, admin: Identity, begin: Begin) -> None:
    begin()
    begin(gateway="stripe")

    assert (numbers(call, admin, "gateway=stripe"), numbers(call, admin, "gateway=x")) == ([2], [])


def test_pages_are_read_on_and_back_and_a_new_one_does_not_shift_them(
    call: Call, admin: Identity, begin: Begin
) -> None:
    for day in range(1, 6):
        begin(f"2026-05-0{day}T10:00:00+00:00")

    first = read(call, admin, "limit=2")
    begin("2026-05-09T10:00:00+00:00")
    second = read(call, admin, f"limit=2&after={first.after}")
    third = read(call, admin, f"limit=2&after={second.after}")
    back = read(call, admin, f"limit=2&before={third.before}")

    pages = [[row.number for row in page.items] for page in (first, second, third, back)]
    assert pages == [[5, 4], [3, 2], [1], [3, 2]]
    assert (first.before, third.after) == (None, None)
    assert call(admin, "GET", f"{PATH}?after=x").status_code == 422


def test_a_page_costs_three_statements_and_one_more_with_days(
    app: Flask, call: Call, admin: Identity, begin: Begin
) -> None:
    for day in range(1, 10):
        begin(f"2026-05-0{day}T10:00:00+00:00")

    with statements(app.extensions["atoll"].database) as plain:
        read(call, admin)
    with statements(app.extensions["atoll"].database) as narrowed:
        read(call, admin, "created_from=2026-05-01&gateway=manual&tab=active")

    assert (len(plain), len(narrowed)) == (3, 4)


def test_the_file_holds_every_membership_asked_for_newest_first(
    call: Call, admin: Identity, begin: Begin
) -> None:
    asa = new_id()
    begin("2026-05-01T10:00:00+00:00", asa)
    begin("2026-05-02T10:00:00+00:00", runs=False)

    answer = call(admin, "POST", f"{PATH}/exports", json={"tab": "active"})

    rows = list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig").rpartition("\n")[0])))
    assert answer.status_code == 200
    assert [(row["number"], row["customer_id"], row["product"], row["price"]) for row in rows] == [
        ("1", str(asa), "Bas", "199.00")
    ]
    assert (rows[0]["currency"], rows[0]["period"], rows[0]["status"]) == ("SEK", "1 month", "active")


def test_the_file_is_read_in_batches_that_each_begin_where_the_last_ended(
    call: Call, admin: Identity, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.billing.memberships.export.BATCH", 2)
    for day in range(1, 6):
        begin(f"2026-05-0{day}T10:00:00+00:00")

    answer = call(admin, "POST", f"{PATH}/exports", json={})

    rows = csv.DictReader(StringIO(answer.data.decode("utf-8-sig").rpartition("\n")[0]))
    assert [row["number"] for row in rows] == ["5", "4", "3", "2", "1"]


def test_another_networks_memberships_are_not_there(call: Call, admin: Identity, begin: Begin) -> None:
    begin()
    stranger = replace(admin, network_id=new_id())

    found = read(call, stranger)

    assert (found.items, found.counts.all) == ([], 0)
