"""Sites that open only once their owner's address is verified: whatever is told first, it ends right."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.events import (
    CustomerRegistered,
    EmailVerified,
    Event,
    MembershipStarted,
    SitePublished,
    VerificationChanged,
)
from kernel.database import Database
from kernel.events import advance
from kernel.ids import new_id
from kernel.log import CursorRow, EventRow
from kernel.work import perform
from services.sites.models import Page, Provisioning, Site
from services.sites.settings import change_settings, show_settings
from services.sites.sites import create_site, disable_site
from tests.sites.conftest import Open
from worker.listeners.verification import verification_in_sites
from worker.performers.provisioning import provisioning

Tell = Callable[..., None]


@pytest.fixture
def tell(databases: dict[str, Database], owner: Identity, founded) -> Tell:
    """Let something happen in another service, and let sites hear of it."""

    def happen(*events: Event) -> None:
        for event in events:
            source = "billing" if isinstance(event, MembershipStarted) else "customers"
            with databases[source].unit_of_work(owner) as uow:
                uow.publish(event)
        hear(databases)

    return happen


def hear(databases: dict[str, Database]) -> None:
    for source in databases.values():
        while advance(verification_in_sites, source, databases["sites"]):
            pass


@pytest.fixture
def decide(opened: Open, databases: dict[str, Database]) -> Callable[[str], None]:
    """Let the network's owner choose a policy."""

    def choose(policy: str) -> None:
        with opened() as uow:
            found = show_settings(uow)
            wanted = found.settings.model_copy(update={"verification": policy})
            change_settings(uow, wanted, version=found.version)
        hear(databases)

    return choose


def registered(customer_id: UUID, status: str = "pending") -> CustomerRegistered:
    return CustomerRegistered.model_validate(
        {"customer_id": customer_id, "number": 1, "how": "console", "verification": status}
    )


def verified(customer_id: UUID, *, starts: bool = True) -> tuple[Event, Event]:
    return (
        VerificationChanged(customer_id=customer_id, status="verified"),
        EmailVerified(customer_id=customer_id, how="link", starts_memberships=starts),
    )


def started(membership_id: UUID, *, is_free: bool) -> MembershipStarted:
    return MembershipStarted(
        membership_id=membership_id, customer_id=new_id(), number=1, product="Bas", status="pending",
        is_free=is_free,
    )  # fmt: skip


@pytest.fixture
def build(opened: Open, database: Database, customer_id: UUID) -> Callable[..., UUID]:
    """Make a site of the customer's and have the worker set it up."""

    def make(name: str = "solrosen", **more: object) -> UUID:
        with opened() as uow:
            site = create_site(uow, name=name, title=name, **({"customer_id": customer_id} | more))
            uow.session.flush()
            work_id = uow.session.scalars(
                select(Provisioning.id).where(Provisioning.site_id == site.id)
            ).one()
        perform(provisioning, database, work_id)
        return site.id

    return make


@pytest.fixture
def states(opened: Open) -> Callable[[], list[str]]:
    """Read how the sites stand, by their names."""

    def read() -> list[str]:
        with opened() as uow:
            return list(uow.session.scalars(select(Site.state).order_by(Site.name)))

    return read


def test_a_site_waits_with_its_pages_and_opens_when_the_address_is_verified(
    opened, states, build, tell, customer_id
):
    tell(registered(customer_id))
    build()
    with opened() as uow:
        assert len(uow.session.scalars(select(Page.id)).all()) == 3
        assert uow.session.scalars(select(Provisioning.state)).all() == ["done"]
    assert states() == ["pending"]

    tell(*verified(customer_id))

    assert states() == ["active"]


@pytest.mark.parametrize("status", ["none", "verified"])
def test_a_site_of_somebody_who_is_not_asked_opens_at_once(states, build, tell, customer_id, status):
    tell(registered(customer_id, status))
    build()

    assert states() == ["active"]


def test_a_site_that_is_nobodys_waits_for_nobody(states, build, decide):
    decide("always")
    build(customer_id=None)

    assert states() == ["active"]


def test_under_never_nothing_waits(states, build, tell, decide, customer_id):
    decide("never")
    tell(registered(customer_id))
    build()

    assert states() == ["active"]


@pytest.mark.parametrize(("is_free", "after"), [(True, "pending"), (False, "active")])
def test_under_free_the_membership_decides(states, build, tell, is_free, after):
    membership_id, customer_id = new_id(), new_id()
    tell(registered(customer_id), started(membership_id, is_free=is_free))
    build(membership_id=membership_id, customer_id=customer_id)

    assert states() == [after]


def test_under_free_a_site_under_no_membership_waits(states, build, tell, customer_id):
    tell(registered(customer_id))
    build()

    assert states() == ["pending"]


def test_every_site_of_the_customer_opens_and_nobody_elses(states, build, tell, customer_id):
    tell(registered(customer_id))
    for name in ("a", "b", "c"):
        build(name)
    build("d", customer_id=new_id())

    tell(*verified(customer_id, starts=False))

    assert states() == ["active"] * 3 + ["pending"]


def test_one_that_opens_on_a_later_day_still_waits_for_its_day(states, build, tell, customer_id):
    tell(registered(customer_id))
    build(opens_at=clock.now().replace(year=clock.now().year + 1))

    tell(*verified(customer_id))

    assert states() == ["pending"]


def test_a_disabled_site_stays_closed(opened, states, build, tell, customer_id):
    tell(registered(customer_id))
    site_id = build()
    with opened() as uow:
        disable_site(uow, site_id, reason="unpaid")

    tell(*verified(customer_id))

    assert states() == ["disabled"]


@pytest.mark.parametrize(("policy", "after"), [("never", ["active"] * 2), ("free", ["active", "pending"])])
def test_under_another_policy_what_waits_no_longer_opens(  # noqa: PLR0917 - fixtures and a case
    states, build, tell, decide, policy, after
):
    decide("always")
    paid, free, customer_id = new_id(), new_id(), new_id()
    tell(registered(customer_id), started(paid, is_free=False), started(free, is_free=True))
    build("a", membership_id=paid, customer_id=customer_id)
    build("b", membership_id=free, customer_id=customer_id)
    assert states() == ["pending"] * 2

    decide(policy)

    assert states() == after


def test_when_nobody_asks_any_more_it_opens(states, build, tell, customer_id):
    tell(registered(customer_id))
    build()

    tell(VerificationChanged(customer_id=customer_id, status="none"))

    assert states() == ["active"]


ORDERS = [
    order
    for order in permutations(["newcomer", "verified", "membership", "site"])
    # One log is read in its order: nobody is verified before he has registered.
    if order.index("newcomer") < order.index("verified")
]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_in_whatever_order_it_is_told_it_ends_right(states, build, tell, customer_id, order):
    membership_id = new_id()
    happens = {
        "newcomer": lambda: tell(registered(customer_id)),
        "verified": lambda: tell(*verified(customer_id)),
        "membership": lambda: tell(started(membership_id, is_free=True)),
        "site": lambda: build(membership_id=membership_id),
    }
    for step in order:
        happens[step]()

    assert states() == ["active"]


@pytest.mark.parametrize("order", list(permutations(["newcomer", "membership", "site"])), ids="-".join)
def test_in_whatever_order_a_paid_site_opens_though_nobody_is_verified(
    opened, build, tell, customer_id, order
):
    membership_id = new_id()
    happens = {
        "newcomer": lambda: tell(registered(customer_id)),
        "membership": lambda: tell(started(membership_id, is_free=False)),
        "site": lambda: build(membership_id=membership_id),
    }
    for step in order:
        happens[step]()

    assert published(opened) == 1


def published(opened: Open) -> int:
    """Return how often it was said that a site opened."""
    kind = SitePublished.model_fields["type"].default
    with opened() as uow:
        return len(uow.session.scalars(select(EventRow.id).where(EventRow.type == kind)).all())


def test_reading_everything_once_more_changes_nothing(opened, states, build, tell, databases):
    customer_id = new_id()
    tell(registered(customer_id))
    build(customer_id=customer_id)
    tell(*verified(customer_id))
    with databases["sites"].across_networks("a listener that begins anew") as session:
        for cursor in session.scalars(
            select(CursorRow).where(CursorRow.listener == verification_in_sites.name)
        ):
            cursor.transaction = cursor.position = 0

    hear(databases)

    assert states() == ["active"]
    assert published(opened) == 1


def test_setting_up_beside_the_verification_is_never_forgotten(states, build, databases, owner, founded):
    customers = [new_id() for _ in range(20)]
    for customer_id in customers:
        with databases["customers"].unit_of_work(owner) as uow:
            uow.publish(registered(customer_id))
            uow.publish_many(verified(customer_id))

    with ThreadPoolExecutor(4) as together:
        hearing = together.submit(hear, databases)
        places = enumerate(customers)
        list(together.map(lambda place: build(f"site{place[0]}", customer_id=place[1]), places))
        hearing.result(30)
    hear(databases)

    assert states() == ["active"] * len(customers)
