"""A fee that Stripe has not said yet when it took the money: asked for later, and booked once."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database
from kernel.work import perform
from services.billing.books.checks import read_books
from services.billing.gateways.configured import Gateways
from services.billing.models import FeeQuestion
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.fees import DELAYS, fee_performer

__all__ = ["sandbox"]

DAY = timedelta(days=1)
KEPT = ["created", "completed", "fee"]


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


def charged(till: Till, **fault: float) -> tuple[UUID, UUID]:
    """Return a payment and its charge, of which the fee comes later if at all."""
    till.saved_card()
    if fault:
        till.sandbox.fault("fee_later", endpoint="payment_intents", times=1, **fault)
    till.work(charge_id := till.charge(payment_id := till.payment()))
    return payment_id, charge_id


def ask(till: Till, settings: Settings, charge_id: UUID, *, after: timedelta) -> bool:
    with time_machine.travel(clock.now() + after, tick=True):
        return perform(fee_performer(Gateways.of(settings)), till.billing, charge_id)


def questions(till: Till) -> list[tuple[UUID, str]]:
    with till.billing.unit_of_work(till.owner) as uow:
        return [(row.id, row.state) for row in uow.session.scalars(select(FeeQuestion))]


def test_a_fee_that_is_known_at_once_is_asked_for_no_more(till: Till) -> None:
    payment_id, _charge_id = charged(till)

    assert till.booked(payment_id) == KEPT
    assert questions(till) == []


def test_a_fee_that_comes_later_is_booked_once(till: Till, settings: Settings) -> None:
    payment_id, charge_id = charged(till, seconds=3 * 86_400)
    before = till.booked(payment_id)

    early = ask(till, settings, charge_id, after=DAY / 12)
    in_between = till.booked(payment_id), questions(till)
    till.sandbox.wait_until_booked(till.read(charge_id).reference, ahead=4 * 86_400)
    for day in range(4, 8):
        ask(till, settings, charge_id, after=day * DAY)

    assert (before, early) == (["created", "completed"], True)
    assert in_between == (["created", "completed"], [(charge_id, "due")])
    assert till.booked(payment_id) == KEPT
    assert questions(till) == [(charge_id, "done")]
    with till.billing.unit_of_work(till.owner) as uow:
        assert read_books(uow)[1] == []


def test_a_fee_that_never_comes_is_not_asked_for_for_ever(till: Till, settings: Settings) -> None:
    payment_id, charge_id = charged(till, seconds=5_000_000)

    for turn in range(1, len(DELAYS) + 2):
        ask(till, settings, charge_id, after=9 * turn * DAY)
    again = ask(till, settings, charge_id, after=55 * DAY)

    assert (questions(till), again) == ([(charge_id, "dead")], False)
    assert till.booked(payment_id) == ["created", "completed"]


def test_while_the_gateway_is_away_nothing_is_booked(till: Till, settings: Settings) -> None:
    payment_id, charge_id = charged(till, seconds=60)
    till.sandbox.fault("500_before", endpoint="*", method="*")

    ask(till, settings, charge_id, after=DAY)
    till.sandbox.clear_faults()
    away = till.booked(payment_id)
    till.sandbox.wait_until_booked(till.read(charge_id).reference, ahead=120)
    ask(till, settings, charge_id, after=3 * DAY)

    assert away == ["created", "completed"]
    assert till.booked(payment_id) == KEPT
