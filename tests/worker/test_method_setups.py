"""A card is saved on a page of the provider's: once, whatever is lost, late or said twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import CustomerDeletionRequested
from kernel.database import Database
from kernel.ids import new_id
from kernel.tombstones import Departed
from kernel.work import claim, due, perform
from services.billing.deletions import close_account
from services.billing.gateways.configured import GatewayNotReady, Gateways
from services.billing.gateways.messages import take_message
from services.billing.models import Charge, PaymentMethod
from services.billing.payments.method_setups import SetupUnderWay, look_sooner
from services.billing.payments.methods import remove_method
from services.billing.payments.setting_up import take_up
from tests.billing.card_pages import CardPages, card_pages
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.gateway_messages import gateway_message

__all__ = ["sandbox"]

SOON = timedelta(minutes=7)  # the first look after a call, and its jitter
A_DAY = 86_400  # seconds
NEVER_SAVED = "4000000000000002"


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


@pytest.fixture
def pages(till: Till, settings: Settings) -> CardPages:
    return card_pages(till, settings)


def deliver(pages: CardPages, settings: Settings, *kinds: str) -> None:
    """Deliver the provider's messages as a webhook, and have the worker look into them."""
    till, gateways = pages.till, Gateways.of(settings)
    for headers, body in till.sandbox.messages(*kinds):
        with till.billing.unit_of_work(till.owner) as uow:
            take_message(uow, gateways, "stripe", headers, body)
    performer = gateway_message(gateways)
    for row_id in due(performer, till.billing):
        perform(performer, till.billing, row_id)


def delete_customer(pages: CardPages) -> None:
    asked = CustomerDeletionRequested(
        deletion_id=new_id(),
        customer_id=pages.till.customer_id,
        account_id=new_id(),
        number=1,
        way="everything",
        heir_id=None,
    )
    with pages.till.billing.unit_of_work(pages.till.owner) as uow:
        close_account(uow, asked)


def come_back(pages: CardPages, setup_id: UUID) -> None:
    """Do what the page does that the customer comes back to."""
    with pages.till.billing.unit_of_work(pages.till.owner) as uow:
        look_sooner(uow, pages.till.customer_id)
    pages.work(setup_id)


def test_a_card_is_saved_without_paying_and_charged_from_then_on(till: Till, pages: CardPages) -> None:
    waiting = pages.waiting()

    paid = till.sandbox.pay(waiting.page)
    come_back(pages, waiting.id)

    (card,) = pages.kept()
    assert (waiting.status, waiting.page.startswith(till.sandbox.url)) == ("waiting", True)
    assert paid == (303, waiting.return_to)
    assert (card.brand, card.last4, card.expires, card.is_default) == ("visa", "4242", "2040-12", True)
    saved = pages.read(waiting.id)
    assert (saved.status, saved.state, saved.method_id, saved.page) == ("succeeded", "done", card.id, "")
    assert till.sandbox.ledger() == []
    till.work(charge_id := till.charge(till.payment()))
    assert till.read(charge_id).status == "succeeded"


@pytest.mark.parametrize("order", ["webhook first", "return first", "look-up first"])
def test_webhook_return_and_look_up_in_any_order_and_twice_save_one_card(
    till: Till, pages: CardPages, settings: Settings, order: str
) -> None:
    waiting = pages.waiting()
    till.sandbox.pay(waiting.page)
    ways = {
        "webhook first": lambda: deliver(pages, settings),
        "return first": lambda: come_back(pages, waiting.id),
        "look-up first": lambda: pages.work(waiting.id, after=SOON),
    }
    first = ways.pop(order)

    for hear in (first, *ways.values(), first, *ways.values()):
        hear()

    assert [card.last4 for card in pages.kept()] == ["4242"]
    assert pages.read(waiting.id).status == "succeeded"


def test_a_message_that_comes_late_brings_no_card_back_that_was_removed(
    till: Till, pages: CardPages, settings: Settings
) -> None:
    waiting = pages.waiting()
    till.sandbox.pay(waiting.page)
    come_back(pages, waiting.id)
    with till.billing.unit_of_work(till.owner) as uow:
        remove_method(uow, pages.kept()[0].id)

    deliver(pages, settings)

    assert pages.kept() == []


def test_who_asks_twice_gets_one_page(till: Till, pages: CardPages) -> None:
    first = pages.waiting()

    again = pages.waiting()

    assert (again.id, again.page) == (first.id, first.page)


def test_two_who_ask_at_once_get_one_page(pages: CardPages) -> None:
    def ask(_turn: int) -> UUID | None:
        try:
            return pages.ask()
        except SetupUnderWay:
            return None

    with ThreadPoolExecutor(8) as threads:
        asked = set(threads.map(ask, range(8))) - {None}

    assert asked == {pages.every()[0].id}


def test_a_page_that_leads_elsewhere_is_asked_for_anew_and_the_old_one_still_counts(
    till: Till, pages: CardPages
) -> None:
    old = pages.waiting()
    pages.work(new := pages.ask("https://olle.demo.example/dashboard/payments/methods/back"))

    till.sandbox.pay(old.page)
    pages.work(old.id, after=SOON)

    assert [one.status for one in pages.every()] == ["succeeded", "waiting"]
    assert pages.read(new).return_to.startswith("https://olle.")
    assert len(pages.kept()) == 1


def test_a_worker_that_dies_after_the_call_makes_no_second_page(
    till: Till, pages: CardPages, settings: Settings
) -> None:
    setup_id = pages.ask()
    mine = claim(pages.performer, till.billing, setup_id)
    assert mine is not None
    with till.billing.unit_of_work(till.owner) as uow:
        attempt = take_up(uow, Gateways.of(settings), mine)
    assert attempt is not None
    lost = attempt.carry_out()

    pages.work(setup_id, after=SOON)

    assert pages.read(setup_id).page == lost.page


@pytest.mark.parametrize("fault", ["drop", "500_after", "500_before"])
def test_an_answer_that_is_lost_makes_no_second_page(till: Till, pages: CardPages, fault: str) -> None:
    till.sandbox.fault(fault, endpoint="checkout/sessions", times=1, method="POST")
    setup_id = pages.ask()
    pages.work(setup_id)
    unknown = pages.read(setup_id).status

    pages.work(setup_id, after=SOON)
    till.sandbox.pay(pages.read(setup_id).page)
    pages.work(setup_id, after=timedelta(hours=2))

    assert (unknown, pages.read(setup_id).status) == ("unknown", "succeeded")
    assert len(pages.kept()) == 1


def test_a_refused_card_leaves_the_page_open_for_another(
    till: Till, pages: CardPages, settings: Settings
) -> None:
    waiting = pages.waiting()

    status, said = till.sandbox.pay(waiting.page, NEVER_SAVED)
    deliver(pages, settings, "setup_intent.setup_failed")
    after_refusal = pages.read(waiting.id).status
    till.sandbox.pay(waiting.page)
    come_back(pages, waiting.id)

    assert (status, "Your card was declined." in said, after_refusal) == (402, True, "waiting")
    assert [card.last4 for card in pages.kept()] == ["4242"]


def test_a_page_that_is_too_old_is_let_go_and_the_next_is_a_new_one(
    till: Till, pages: CardPages, settings: Settings
) -> None:
    waiting = pages.waiting()
    till.sandbox.advance(A_DAY + 60)
    till.sandbox.wait_until(lambda: till.sandbox.look(waiting.reference)["status"] == "expired")

    deliver(pages, settings, "checkout.session.expired")
    again = pages.waiting()

    old = pages.read(waiting.id)
    assert (old.status, old.state, old.page) == ("failed", "done", "")
    assert (again.id != old.id, again.status) == (True, "waiting")
    assert pages.kept() == []


def test_what_a_deleted_customer_saves_is_not_kept(till: Till, pages: CardPages, settings: Settings) -> None:
    waiting = pages.waiting()
    delete_customer(pages)

    till.sandbox.pay(waiting.page)
    deliver(pages, settings)

    assert (pages.read(waiting.id).status, pages.kept()) == ("cancelled", [])
    with pytest.raises(Departed):
        pages.ask()


def test_without_a_gateway_that_saves_there_is_no_page(till: Till, pages: CardPages) -> None:
    with till.switched_off(), pytest.raises(GatewayNotReady, match="No payment gateway is set up"):
        pages.ask()


def test_a_provider_that_is_away_is_asked_again(till: Till, pages: CardPages) -> None:
    till.sandbox.fault("429", endpoint="checkout/sessions", times=2)
    setup_id = pages.ask()

    pages.work(setup_id)
    away = pages.read(setup_id)
    pages.work(setup_id, after=SOON)
    pages.work(setup_id, after=timedelta(hours=2))

    assert (away.status, away.state) == ("unknown", "due")
    assert pages.read(setup_id).status == "waiting"


def test_saving_a_card_is_no_attempt_to_charge(till: Till, pages: CardPages) -> None:
    till.sandbox.pay(pages.waiting().page)

    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.session.scalars(select(Charge)).all() == []
        assert uow.session.scalars(select(PaymentMethod)).all() == []
