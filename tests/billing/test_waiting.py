"""Memberships that wait for a verified address: whatever is told first, it ends right."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.events import (
    CustomerRegistered,
    EmailVerified,
    Event,
    MembershipExtended,
    MembershipStatusChanged,
    NetworkSettingsChanged,
    PendingMembershipsStarted,
    VerificationChanged,
)
from kernel.contracts.sites import NetworkSettings
from kernel.contracts.verification import waits
from kernel.database import Database, UnitOfWork
from kernel.events import advance
from kernel.ids import new_id
from kernel.log import CursorRow, EventRow, ParkedEvent
from services.billing.memberships.lifecycle import (
    activate_membership,
    change_status,
    start_left_pending,
    start_membership,
)
from services.billing.models import CustomerVerification, Membership
from services.billing.products.sale import create_product
from services.billing.queries.overview import customer_billing
from tests.billing.conftest import MONTHLY, make_product
from worker.listeners.verification import verification_in_billing

Tell = Callable[..., None]


@pytest.fixture
def tell(databases: dict[str, Database], owner: Identity) -> Iterator[Tell]:
    """Let something happen in the customers or sites service, and let billing hear of it."""

    def happen(*events: Event) -> None:
        for event in events:
            source = "sites" if isinstance(event, NetworkSettingsChanged) else "customers"
            with databases[source].unit_of_work(owner) as uow:
                uow.publish(event)
        hear(databases)

    yield happen
    with databases["billing"].unit_of_work(owner) as uow:
        assert uow.session.scalars(select(ParkedEvent.error)).all() == []


def hear(databases: dict[str, Database]) -> None:
    for source in databases.values():
        while advance(verification_in_billing, source, databases["billing"]):
            pass


def policy(name: str) -> NetworkSettingsChanged:
    settings = NetworkSettings.model_validate(
        {"name": "Nordljus", "locale": "sv", "time_zone": "UTC", "verification": name}
    )
    return NetworkSettingsChanged(domain="nord.test", settings=settings)


def registered(customer_id: UUID, status: str = "pending") -> CustomerRegistered:
    return CustomerRegistered.model_validate(
        {"customer_id": customer_id, "number": 1, "how": "console", "verification": status}
    )


def verified(customer_id: UUID, *, starts: bool = True) -> tuple[Event, Event]:
    return (
        VerificationChanged(customer_id=customer_id, status="verified"),
        EmailVerified(customer_id=customer_id, how="link", starts_memberships=starts),
    )


def buy(uow: UnitOfWork, customer_id: UUID, *, is_free: bool = False, trial_days: int = 0) -> Membership:
    """Begin a membership and, unless it has a trial, have it activated."""
    slug = f"p{new_id().hex}"
    if is_free:
        product, period = create_product(uow, slug=slug, name="Gratis", kind="plan", pricing="free"), None
    else:
        existing = uow.session.scalar(select(Membership.product_id).where(Membership.amount > 0).limit(1))
        product_id, period = existing or make_product(uow).id, MONTHLY
    membership = start_membership(
        uow, customer_id=customer_id, product_id=product.id if is_free else product_id, currency="SEK",
        period=period, trial_days=trial_days,
    )  # fmt: skip
    uow.session.flush()
    return membership if trial_days else activate_membership(uow, membership.id)


@dataclass(frozen=True)
class Shop:
    """Billing, in one network."""

    billing: Database
    owner: Identity

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        return self.billing.unit_of_work(self.owner)

    def sells(self, customer_id: UUID, **more: Any) -> UUID:
        with self.opened() as uow:
            return buy(uow, customer_id, **more).id

    def statuses(self) -> list[str]:
        with self.opened() as uow:
            return list(uow.session.scalars(select(Membership.status).order_by(Membership.number)))


@pytest.fixture
def shop(billing: Database, owner: Identity) -> Shop:
    return Shop(billing, owner)


@pytest.mark.parametrize("is_free", [True, False])
@pytest.mark.parametrize("name", ["never", "free", "always"])
def test_the_policy_and_the_status_decide(name: str, is_free: bool) -> None:
    waiting = {"never": False, "free": is_free, "always": True}[name]

    assert waits(name, "pending", is_free=is_free) is waiting
    assert not waits(name, "none", is_free=is_free)
    assert not waits(name, "verified", is_free=is_free)


@pytest.mark.parametrize("is_free", [True, False])
def test_what_nobody_has_told_yet_waits(is_free: bool) -> None:
    assert waits(None, "pending", is_free=is_free)
    assert waits(None, None, is_free=is_free)
    assert waits("always", None, is_free=is_free)


def test_under_always_a_membership_waits_and_starts_when_the_address_is_verified(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    membership_id = shop.sells(customer_id)
    with shop.opened() as uow:
        (row,) = customer_billing(uow, customer_id).memberships
    assert (row.status, row.waits_for_verification, row.started_at) == ("pending", True, None)

    tell(*verified(customer_id))

    with shop.opened() as uow:
        membership = uow.get(Membership, membership_id)
        assert (membership.status, membership.waits_to_be) == ("active", None)
        assert membership.started_at == uow.get(Membership, membership_id).modified_at
        assert membership.expires_at is not None


def test_a_trial_begins_when_the_address_is_verified(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    membership_id = shop.sells(customer_id, trial_days=14)
    assert shop.statuses() == ["pending"]

    tell(*verified(customer_id))

    with shop.opened() as uow:
        membership = uow.get(Membership, membership_id)
        assert membership.status == "trialing"
        assert (membership.trial_ends_at - membership.started_at).days == 14


def test_under_free_paid_memberships_do_not_wait(shop, tell, customer_id):
    tell(policy("free"), registered(customer_id))
    shop.sells(customer_id)
    shop.sells(customer_id, is_free=True)

    assert shop.statuses() == ["active", "pending"]


@pytest.mark.parametrize("number", [0, 1, 5])
def test_however_many_memberships_a_customer_has_all_of_them_start(shop, tell, customer_id, number):
    tell(policy("always"), registered(customer_id))
    other = new_id()
    tell(registered(other))
    for _ in range(number):
        shop.sells(customer_id)
    shop.sells(other)

    tell(*verified(customer_id))

    assert shop.statuses() == ["active"] * number + ["pending"]


def test_one_that_waits_for_something_else_is_left_alone(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    with shop.opened() as uow:
        product = make_product(uow)
        start_membership(uow, customer_id=customer_id, product_id=product.id, currency="SEK", period=MONTHLY)

    tell(*verified(customer_id))

    assert shop.statuses() == ["pending"]


def test_as_the_admin_wished_they_stay_pending_whatever_happens_to_the_policy(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    membership_id = shop.sells(customer_id)

    tell(*verified(customer_id, starts=False), policy("never"))
    assert shop.statuses() == ["pending"]

    with shop.opened() as uow:
        assert activate_membership(uow, membership_id).status == "active"


def test_when_nobody_asks_any_more_what_waited_starts(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    shop.sells(customer_id)

    tell(VerificationChanged(customer_id=customer_id, status="none"))

    assert shop.statuses() == ["active"]


@pytest.mark.parametrize(("name", "after"), [("never", ["active"] * 2), ("free", ["active", "pending"])])
def test_under_another_policy_what_waits_no_longer_starts(shop, tell, customer_id, name, after):
    tell(policy("always"), registered(customer_id))
    shop.sells(customer_id)
    shop.sells(customer_id, is_free=True)

    tell(policy(name))

    assert shop.statuses() == after


ORDERS = [
    order
    for order in permutations(["policy", "newcomer", "verified", "membership"])
    # One log is read in its order: nobody is verified before he has registered.
    if order.index("newcomer") < order.index("verified")
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_in_whatever_order_it_is_told_it_ends_right(shop, tell, customer_id, order):
    happens = {
        "policy": lambda: tell(policy("always")),
        "newcomer": lambda: tell(registered(customer_id)),
        "verified": lambda: tell(*verified(customer_id)),
        "membership": lambda: shop.sells(customer_id),
    }
    for step in order:
        happens[step]()

    assert shop.statuses() == ["active"]


@pytest.mark.parametrize(
    ("status", "after"), [("none", "active"), ("verified", "active"), ("pending", "pending")]
)
def test_a_membership_that_began_before_its_customer_was_known(shop, tell, customer_id, status, after):
    tell(policy("always"))
    shop.sells(customer_id)
    assert shop.statuses() == ["pending"]

    tell(registered(customer_id, status))

    assert shop.statuses() == [after]


def test_reading_everything_once_more_changes_nothing(shop, tell, customer_id, databases):
    tell(policy("always"), registered(customer_id))
    shop.sells(customer_id)
    tell(*verified(customer_id))
    with shop.billing.across_networks("a listener that begins anew") as session:
        for cursor in session.scalars(
            select(CursorRow).where(CursorRow.listener == verification_in_billing.name)
        ):
            cursor.transaction = cursor.position = 0

    hear(databases)

    assert shop.statuses() == ["active"]
    with shop.opened() as uow:
        assert uow.session.scalars(select(CustomerVerification.status)).all() == ["verified"]


def test_an_activation_beside_the_verification_is_never_forgotten(shop, tell, owner, databases):
    tell(policy("always"))
    customers = [new_id() for _ in range(20)]
    for customer_id in customers:
        with databases["customers"].unit_of_work(owner) as uow:
            uow.publish(registered(customer_id))
            uow.publish_many(verified(customer_id))

    with ThreadPoolExecutor(4) as together:
        hearing = together.submit(hear, databases)
        list(together.map(lambda customer_id: shop.sells(customer_id, is_free=True), customers))
        hearing.result(30)
    hear(databases)

    assert shop.statuses() == ["active"] * len(customers)


def test_a_waiting_membership_may_be_cancelled(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    membership_id = shop.sells(customer_id)

    with shop.opened() as uow:
        change_status(uow, membership_id, "cancelled")
    tell(*verified(customer_id))

    assert shop.statuses() == ["cancelled"]


def test_one_that_runs_is_not_stopped_by_a_verification_that_begins_again(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id, "verified"))
    membership_id = shop.sells(customer_id)
    tell(VerificationChanged(customer_id=customer_id, status="pending"))

    with shop.opened() as uow:
        change_status(uow, membership_id, "on_hold")
        assert activate_membership(uow, membership_id).status == "active"


def test_letting_it_wait_says_nothing_and_starting_it_says_so_once(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    with shop.opened() as uow:
        buy(uow, customer_id)
        assert [type(event).__name__ for event in uow.published] == ["ProductCreated", "MembershipStarted"]

    tell(*verified(customer_id))
    tell(*verified(customer_id))

    changes = MembershipStatusChanged.model_fields["type"].default
    with shop.billing.across_networks("what was said") as session:
        said = select(EventRow.payload).where(
            EventRow.type == changes, EventRow.network_id == shop.owner.network_id
        )
        rows = [(row["before"], row["after"]) for row in session.scalars(said)]
    assert rows == [("pending", "active")]


def test_another_networks_customer_starts_nothing_here(shop, tell, customer_id, databases):
    tell(policy("always"), registered(customer_id))
    shop.sells(customer_id)
    with databases["customers"].unit_of_work(Identity.command(new_id())) as uow:
        uow.publish_many(verified(customer_id))

    hear(databases)

    assert shop.statuses() == ["pending"]


def start_left(shop: Shop, customer_id: UUID) -> tuple[int, list[Event]]:
    with shop.opened() as uow:
        return start_left_pending(uow, customer_id), list(uow.published)


def test_what_was_left_pending_is_started_later_and_nothing_else(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    left = shop.sells(customer_id)
    tell(*verified(customer_id, starts=False))
    with shop.opened() as uow:  # pending for want of a payment
        price = {"product_id": uow.get(Membership, left).product_id, "currency": "SEK", "period": MONTHLY}
        unpaid = start_membership(uow, customer_id=customer_id, **price).number

    with shop.opened() as uow:
        before = customer_billing(uow, customer_id)
    started, told = start_left(shop, customer_id)
    again, nothing = start_left(shop, customer_id)

    assert (before.left_pending, [row.was_left_pending for row in before.memberships]) == (1, [False, True])
    assert (started, again, nothing) == (1, 0, [])
    assert [type(event) for event in told] == [
        MembershipExtended,
        MembershipStatusChanged,
        PendingMembershipsStarted,
    ]
    with shop.opened() as uow:
        after = {row.number: row.status for row in customer_billing(uow, customer_id).memberships}
        assert uow.get(Membership, left).expires_at is not None
    assert after == {unpaid - 1: "active", unpaid: "pending"}


def test_a_trial_that_was_left_pending_begins_as_one(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    shop.sells(customer_id, trial_days=14)
    tell(*verified(customer_id, starts=False))

    start_left(shop, customer_id)

    assert shop.statuses() == ["trialing"]


def test_who_is_asked_anew_meanwhile_waits_anew(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    shop.sells(customer_id)
    tell(*verified(customer_id, starts=False))
    tell(VerificationChanged(customer_id=customer_id, status="pending"))

    started, _told = start_left(shop, customer_id)
    waiting = shop.statuses()
    tell(*verified(customer_id))

    assert (started, waiting, shop.statuses()) == (1, ["pending"], ["active"])


def test_two_who_start_at_once_start_once(shop, tell, customer_id):
    tell(policy("always"), registered(customer_id))
    shop.sells(customer_id)
    tell(*verified(customer_id, starts=False))

    with ThreadPoolExecutor(2) as both:
        numbers = list(both.map(lambda _one: start_left(shop, customer_id)[0], range(2)))

    assert sorted(numbers) == [0, 1]
    assert shop.statuses() == ["active"]
