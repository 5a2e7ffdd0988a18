"""What follows from events: the timeline, the facts, the copy of the networks."""

from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.contracts.customers import Timeline
from kernel.contracts.events import (
    Event,
    MembershipStarted,
    NetworkCreated,
    PaymentCompleted,
    PaymentRefunded,
    SiteCreated,
)
from kernel.contracts.money import Money
from kernel.database import Database
from kernel.events import Listener, advance
from kernel.ids import new_id
from services.customers.queries.page import customer_page
from services.customers.queries.timeline import timeline as read_timeline
from tests.customers.conftest import Listing, Register, make_admin, signed_in
from worker.listeners.customer_facts import customer_facts
from worker.listeners.networks import networks
from worker.listeners.timeline import timeline


def say(database: Database, identity: Identity, *happened: Event) -> None:
    with database.unit_of_work(identity) as uow:
        uow.publish_many(happened)


def hear(databases: dict[str, Database], *listeners: Listener) -> None:
    for listener in listeners:
        for source in databases.values():
            while advance(listener, source, databases["customers"]):
                pass


def about(database: Database, owner: Identity, subject: UUID | None, **more: object) -> Timeline:
    with database.unit_of_work(owner) as uow:
        return read_timeline(uow, about=subject, **more)  # type: ignore[arg-type]


def paid(customer_id: UUID, amount: int, currency: str, payment_id: UUID | None = None) -> PaymentCompleted:
    total = Money(amount=amount, currency=currency)
    return PaymentCompleted(
        payment_id=payment_id or new_id(), customer_id=customer_id, membership_id=None, number=1, total=total
    )


def refunded(customer_id: UUID, amount: int, currency: str) -> PaymentRefunded:
    return PaymentRefunded(
        refund_id=new_id(), payment_id=new_id(), customer_id=customer_id, number=1,
        amount=Money(amount=amount, currency=currency),
    )  # fmt: skip


def test_spent_is_money_received_minus_refunds_in_each_currency(
    databases: dict[str, Database], owner: Identity, register: Register, listing: Listing
) -> None:
    customer = register("Åsa")
    say(databases["billing"], owner, paid(customer.id, 5000, "SEK"), paid(customer.id, 900, "JPY"))
    say(databases["billing"], owner, paid(customer.id, 100, "EUR"), refunded(customer.id, 100, "EUR"))
    say(databases["billing"], owner, refunded(customer.id, 2000, "SEK"))

    hear(databases, customer_facts)

    (row,) = listing().items
    assert row.spent == (Money(amount=900, currency="JPY"), Money(amount=3000, currency="SEK"))


@pytest.mark.parametrize("order", [(networks, customer_facts), (customer_facts, networks)])
def test_spent_is_sorted_by_the_networks_own_currency_whichever_was_heard_first(
    databases: dict[str, Database],
    owner: Identity,
    register: Register,
    listing: Listing,
    order: tuple[Listener, ...],
) -> None:
    little, much = register("Little"), register("Much")
    say(databases["billing"], owner, paid(little.id, 10**9, "JPY"), paid(little.id, 1, "SEK"))
    say(databases["billing"], owner, paid(much.id, 2, "SEK"))
    slug = f"n{new_id().hex}"
    say(databases["sites"], owner, NetworkCreated(slug=slug, name="N", currency="SEK"))

    hear(databases, *order)

    assert [row.name for row in listing(sort="spent").items] == ["Much", "Little"]


def test_memberships_and_sites_are_counted(
    databases: dict[str, Database], owner: Identity, register: Register, listing: Listing
) -> None:
    customer = register("Åsa")
    member = {"customer_id": customer.id, "product": "Plus", "status": "active"}
    for number in (1, 2):
        say(databases["billing"], owner, MembershipStarted(membership_id=new_id(), number=number, **member))
    for whose in (customer.id, None):
        site = SiteCreated(site_id=new_id(), customer_id=whose, name="s", host="s.localhost")
        say(databases["sites"], owner, site)

    hear(databases, customer_facts)

    (row,) = listing().items
    assert (row.memberships, row.sites) == (2, 1)


def test_a_line_is_shown_about_the_customer_and_about_the_payment(
    databases: dict[str, Database], owner: Identity, register: Register
) -> None:
    customer, payment_id = register("Åsa"), new_id()
    say(databases["billing"], owner, paid(customer.id, 5000, "SEK", payment_id))

    hear(databases, timeline)

    lines = about(databases["customers"], owner, customer.id).items
    assert [line.type for line in lines] == ["payment.completed", "customer.registered"]
    (line,) = about(databases["customers"], owner, payment_id).items
    assert (line.id, line.facts["number"]) == (lines[0].id, 1)


def test_a_line_says_who_did_it_by_name(
    databases: dict[str, Database], owner: Identity, register: Register
) -> None:
    customer = register("Åsa")
    admin = signed_in(make_admin(databases["customers"], owner, name="Ada"))
    say(databases["billing"], admin, paid(customer.id, 5000, "SEK"))

    hear(databases, timeline)

    with databases["customers"].unit_of_work(owner) as uow:
        latest = customer_page(uow, customer.id).timeline[0]
    assert (latest.actor, latest.actor_name) == (admin.actor, "Ada")


def test_a_line_is_written_once_however_often_the_log_is_read(
    databases: dict[str, Database], owner: Identity, register: Register
) -> None:
    customer = register("Åsa")

    for _ in range(3):
        hear(databases, timeline)

    assert len(about(databases["customers"], owner, customer.id).items) == 1


def test_a_long_timeline_is_read_page_by_page_without_gaps(
    databases: dict[str, Database], owner: Identity, register: Register
) -> None:
    customer = register("Åsa")
    for number in range(7):
        say(databases["billing"], owner, paid(customer.id, number, "SEK"))
    hear(databases, timeline)

    pages, after = [], None
    while not pages or after:
        page = about(databases["customers"], owner, customer.id, after=after, limit=3)
        pages.append([line.id for line in page.items])
        after = page.after

    assert [len(page) for page in pages] == [3, 3, 2]
    assert len({line for page in pages for line in page}) == 8


def test_a_batch_over_several_networks_reaches_each_its_own(databases: dict[str, Database]) -> None:
    owners = [Identity.command(new_id()) for _ in range(3)]
    customers = [new_id() for _ in owners]
    for _ in range(2):
        for owner, customer_id in zip(owners, customers, strict=True):
            say(databases["billing"], owner, paid(customer_id, 1, "SEK"))

    hear(databases, timeline)

    seen = [
        [len(about(databases["customers"], owner, customer_id).items) for customer_id in customers]
        for owner in owners
    ]
    assert seen == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]
