"""The customers list: search, tabs, orders, and pages that survive inserts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from kernel.auth import Identity
from kernel.cursors import CursorNotValid
from kernel.database import Database
from kernel.ids import new_id
from services.customers.models import CustomerFacts
from services.customers.profiles.registration import mark_vip
from tests.customers.conftest import Listing, Register, read_list

START = datetime(2024, 1, 1, tzinfo=UTC)
SORTS = ("newest", "name", "last_sign_in", "spent")


def names(found) -> list[str]:  # type: ignore[no-untyped-def]
    return [row.name for row in found.items]


@pytest.mark.parametrize("q", ["asa", "ÅSA", "åsa ber", "berg asa", "asab", "Asa-B", "1"])
def test_a_customer_is_found_by_prefixes_in_any_order(register: Register, listing: Listing, q: str) -> None:
    register("Åsa", "Berg", username="asab")
    register("Bo", "Ek", email="bo@other.example")

    assert names(listing(q=q)) == ["Åsa Berg"]


def test_every_word_must_match(register: Register, listing: Listing) -> None:
    register("Åsa", "Berg")

    assert listing(q="asa ek").items == []


def test_more_hits_than_are_fetched_are_walked(
    register: Register, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.customers.queries.narrowing.FEW", 2)
    for number in range(5):
        register("Åsa", f"Berg{number}", created_at=START + timedelta(days=number))
    register("Bo", "Ek", created_at=START + timedelta(days=9))

    assert names(listing(q="asa", limit=3)) == ["Åsa Berg4", "Åsa Berg3", "Åsa Berg2"]


def test_each_order_is_kept(
    register: Register, listing: Listing, database: Database, owner: Identity
) -> None:
    for name, days, signed_in, spent in (("Örjan", 1, 3, 10), ("Anna", 2, None, 30), ("Zoë", 3, 9, 20)):
        at = START + timedelta(days=signed_in) if signed_in else None
        customer = register(name, created_at=START + timedelta(days=days), last_sign_in_at=at)
        spend(database, owner, customer.id, spent)

    assert {sort: names(listing(sort=sort)) for sort in SORTS} == {
        "newest": ["Zoë", "Anna", "Örjan"],
        "name": ["Anna", "Örjan", "Zoë"],
        "last_sign_in": ["Zoë", "Örjan", "Anna"],
        "spent": ["Anna", "Zoë", "Örjan"],
    }


@pytest.mark.parametrize("tab", ["all", "vip", "unverified", "online"])
@pytest.mark.parametrize("sort", SORTS)
def test_going_on_and_back_shows_everybody_once_while_others_come_in(
    register: Register, listing: Listing, sort: str, tab: str
) -> None:
    before = {register(f"Name{number % 3}", **like(number)).id for number in range(7)}

    forward, pages = [], []
    page = listing(sort=sort, tab=tab, limit=2)
    while True:
        pages.append(page)
        forward += [row.id for row in page.items]
        register(f"New{len(pages)}", **like(len(pages)))
        if page.after is None:
            break
        page = listing(sort=sort, tab=tab, limit=2, after=page.after)
    backward = [row.id for row in reversed(page.items)]
    while page.before is not None:
        page = listing(sort=sort, tab=tab, limit=2, before=page.before)
        backward += [row.id for row in reversed(page.items)]

    assert len(forward) == len(set(forward))
    assert before <= set(forward)
    assert len(backward) == len(set(backward))
    assert set(forward) <= set(backward)


def test_the_first_page_has_nothing_before_it_and_the_last_nothing_after(
    register: Register, listing: Listing
) -> None:
    for _ in range(3):
        register("Bo")

    first = listing(limit=2)
    last = listing(limit=2, after=first.after)

    assert (first.before, last.after) == (None, None)
    assert listing(limit=2, before=last.before).items == first.items


@pytest.mark.parametrize("cursor", ["x", "åäö", "bm9uc2Vuc2U", "e30", "A" * 5000])
def test_a_nonsense_cursor_is_refused_beside_its_name(listing: Listing, cursor: str) -> None:
    with pytest.raises(CursorNotValid) as refused:
        listing(after=cursor)

    assert refused.value.fields == {"after": "This is no place in this list; begin again at its first page."}


def test_the_cursor_of_another_order_is_refused(register: Register, listing: Listing) -> None:
    for _ in range(2):
        register("Bo")
    after = listing(limit=1).after

    with pytest.raises(CursorNotValid):
        listing(sort="name", after=after)


def test_another_networks_customers_are_not_listed(register: Register, database: Database) -> None:
    register("Åsa")

    seen = read_list(database, Identity.command(new_id()), q="asa")

    assert (seen.items, seen.counts.all) == ([], 0)


def test_a_vip_is_in_his_tab_and_counted(
    register: Register, listing: Listing, database: Database, owner: Identity
) -> None:
    customer = register("Åsa")
    register("Bo")
    with database.unit_of_work(owner) as uow:
        mark_vip(uow, customer.id, is_vip=True)

    found = listing(tab="vip")

    assert names(found) == ["Åsa"]
    assert (found.counts.all, found.counts.vip) == (2, 1)


def test_three_minutes_after_he_was_seen_a_customer_is_no_longer_online(
    register: Register, listing: Listing
) -> None:
    now = datetime.now(UTC)
    register("Åsa", last_seen_at=now - timedelta(minutes=2))
    register("Bo", last_seen_at=now - timedelta(minutes=4))

    found = listing(tab="online")

    assert names(found) == ["Åsa"]
    assert found.counts.online == 1


def like(number: int) -> dict[str, object]:
    """Return what puts a customer into every tab, somewhere in every order."""
    at = START + timedelta(days=number * 37 % 5)
    signed_in = at if number % 2 else None
    return {"created_at": at, "last_sign_in_at": signed_in, "is_vip": True, "last_seen_at": datetime.now(UTC)}


def spend(database: Database, owner: Identity, customer_id: object, amount: int) -> None:
    with database.unit_of_work(owner) as uow:
        facts = update(CustomerFacts).where(CustomerFacts.customer_id == customer_id)
        uow.session.execute(facts.values(spent={"SEK": amount}, spent_sort=amount))
