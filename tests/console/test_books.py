"""The Reconciliation page."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kernel import clock
from kernel.ids import new_id
from kernel.work import perform
from services.billing.books.checks import ask_for_check
from services.billing.models import BookCheck, Reconciliation, ReconciliationFinding
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from tests.flows.browser import Browser
from tests.flows.world import World
from worker.performers.book_checks import book_check


def check_books(world: World) -> None:
    billing = world.databases["billing"]
    with billing.unit_of_work(world.command) as uow:
        ask_for_check(uow)
    with billing.unit_of_work(world.command) as uow:
        check_id = uow.session.scalars(select(BookCheck.id)).one()
    perform(book_check, billing, check_id)


def test_a_difference_is_told_in_the_words_of_what_differs(
    world: World, browser: Browser, finding_id: UUID
) -> None:
    shown = browser.get(world.url("admin", "/reconciliation")).text

    assert "Refund: Only we have it" in shown
    assert "SEK\xa09.90, Given back" in shown
    assert "Stripe · <code>re_123</code>" in shown


def pay(world: World) -> None:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        payment = create_payment(uow, customer_id=new_id(), currency="SEK", items=[Item("Bas", 12345)])
        uow.session.flush()
        complete_payment(uow, payment.id)


@pytest.fixture
def finding_id(world: World) -> UUID:
    """A refund that only we have."""
    with world.databases["billing"].unit_of_work(world.command) as uow:
        now = clock.now()
        run = Reconciliation(
            id=new_id(), state="done", gateway="stripe", since=now - timedelta(days=1), until=now,
            compared=10, found=1, created_at=now, finished_at=now,
        )  # fmt: skip
        uow.add(run)
        uow.session.flush()
        side = {"state": "succeeded", "money": {"amount": 990, "currency": "SEK"}, "at": None, "key": "k"}
        finding = ReconciliationFinding(
            id=new_id(), reconciliation_id=run.id, gateway="stripe", thing="refund", difference="missing",
            reference="re_123", ours=side, theirs={}, moved_at=now, found_at=now,
        )  # fmt: skip
        uow.add(finding)
        return finding.id


def test_an_empty_network_says_so(world: World, browser: Browser) -> None:
    shown = browser.get(world.url("admin", "/reconciliation"))

    assert shown.status == 200
    for words in ("Nothing differs.", "Nothing has been booked", "None of the payment gateways in use"):
        assert words in shown.text


def test_accounts_are_shown_as_they_were_checked(world: World, browser: Browser) -> None:
    pay(world)
    check_books(world)

    shown = browser.get(world.url("admin", "/reconciliation"))

    assert "In order" in shown.text
    assert "With the payment gateways" in shown.text
    assert "123.45" in shown.text


def test_books_that_do_not_agree_are_told_of_and_made_right(world: World, browser: Browser) -> None:
    pay(world)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.session.execute(text("UPDATE ledger_balances SET amount = -1 WHERE account = 'revenue'"))
    check_books(world)
    address = world.url("admin", "/reconciliation")
    shown = browser.get(address)
    assert "The books do not agree with themselves." in shown.text

    browser.post(world.url("admin", "/reconciliation/rebuild"), shown.form("/reconciliation/rebuild"))
    check_books(world)

    assert "The books do not agree" not in browser.get(address).text


def test_a_difference_is_explained_and_closed(world: World, browser: Browser, finding_id: UUID) -> None:
    path = f"/reconciliation/findings/{finding_id}"
    shown = browser.get(world.url("admin", "/reconciliation"))
    assert "Refund: Only we have it" in shown.text
    assert "re_123" in shown.text

    browser.post(world.url("admin", path), shown.form(path) | {"note": "Given back in cash"})

    assert "Nothing differs." in browser.get(world.url("admin", "/reconciliation")).text
    closed = browser.get(world.url("admin", "/reconciliation?show=closed"))
    assert "Given back in cash" in closed.text


def test_an_explanation_that_is_too_long_is_kept_and_nothing_is_closed(
    world: World, browser: Browser, finding_id: UUID
) -> None:
    path = f"/reconciliation/findings/{finding_id}"
    form = browser.get(world.url("admin", "/reconciliation")).form(path)

    refused = browser.post(world.url("admin", path), form | {"note": "Q" * 501})

    assert refused.status == 422
    assert "Say what it was, in 500 characters at most." in refused.text
    assert "Q" * 501 in refused.text
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert uow.get(ReconciliationFinding, finding_id).closed_at is None


def test_who_may_only_look_changes_nothing(world: World, finding_id: UUID) -> None:
    world.admin("support@demo.example", role="support", name="Sam Support")
    browser = world.signed_in("support@demo.example")

    shown = browser.get(world.url("admin", "/reconciliation"))

    assert "Refund: Only we have it" in shown.text
    assert "What was it?" not in shown.text
    form = shown.form("/reconciliation/check")
    refused = browser.post(
        world.url("admin", f"/reconciliation/findings/{finding_id}"), form | {"note": "Mine"}
    )
    assert refused.status == 403
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert uow.get(ReconciliationFinding, finding_id).closed_at is None


def test_a_gateway_that_keeps_no_list_is_refused_with_a_sentence(world: World, browser: Browser) -> None:
    form = browser.get(world.url("admin", "/reconciliation")).form("/reconciliation/check")

    answer = browser.post(world.url("admin", "/reconciliation"), form | {"gateway": "manual", "days": "7"})

    assert "Manual keeps no list that could be compared." in browser.follow(answer).text
