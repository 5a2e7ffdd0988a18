"""A gateway that is gone, or was switched off, while money is under way at it: nothing is lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import update

from kernel import clock
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.gateways import GatewayUnderWay
from kernel.database import Database
from kernel.sealing import Sealer
from kernel.work import perform
from services.billing.gateways.configured import NOT_THERE, Gateways
from services.billing.gateways.left_behind import left_behind
from services.billing.models import GatewaySettings, Refund
from services.billing.payments.decisions import decide_charge
from services.billing.queries.payment import payment as page_of
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import sek
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from tests.worker.test_charges import SOON
from worker.performers.charges import charge_performer
from worker.performers.refunds import refund_performer

__all__ = ["sandbox"]

DAY = timedelta(days=1)


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


@pytest.fixture
def nothing_installed(settings: Settings) -> Gateways:
    return Gateways(Sealer(settings), {})


@pytest.fixture
def without(till: Till, nothing_installed: Gateways) -> Till:
    """The same till, where the plugin is not installed any more."""
    return replace(till, performer=charge_performer(nothing_installed))


def reason_of(till: Till, payment_id: UUID) -> str:
    with till.billing.unit_of_work(till.owner) as uow:
        return page_of(uow, payment_id).attempts[0].reason


def under_way(till: Till, gateways: Gateways) -> list[GatewayUnderWay]:
    with till.billing.unit_of_work(till.owner) as uow:
        return left_behind(uow, gateways)


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_charge_waits_for_its_plugin_and_says_so(till: Till, without: Till, is_lost: bool) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    if is_lost:
        till.sandbox.fault("drop", endpoint="payment_intents", times=1)
        till.work(charge_id)

    without.work(charge_id, after=SOON)
    said = reason_of(till, payment_id)
    till.work(charge_id, after=DAY)

    assert said == NOT_THERE
    assert till.read_payment(payment_id).status == "completed"
    assert till.read(charge_id).reason == ""
    assert len(till.sandbox.ledger("charge")) == 1


def test_for_ever_gone_it_waits_for_a_person_who_may_decide(till: Till, without: Till) -> None:
    till.saved_card()
    charge_id = till.charge(payment_id := till.payment())
    for turn in range(1, 9):
        without.work(charge_id, after=3 * turn * DAY)

    dead = till.read(charge_id).state
    with till.billing.unit_of_work(till.owner) as uow:
        decide_charge(uow, payment_id, charge_id, has_come=False, reference="", reason="Never sent.")

    assert dead == "dead"
    assert till.read_payment(payment_id).status == "failed"
    assert till.sandbox.ledger("charge") == []


def test_a_refund_waits_for_its_plugin_and_says_so(
    till: Till, settings: Settings, nothing_installed: Gateways
) -> None:
    till.saved_card()
    till.work(till.charge(payment_id := till.payment()))
    with till.billing.unit_of_work(till.owner) as uow:
        refund_id = request_refund(uow, payment_id, sek(19900)).id

    perform(refund_performer(nothing_installed), till.billing, refund_id)
    with till.billing.unit_of_work(till.owner) as uow:
        waiting = uow.get(Refund, refund_id)
    with time_machine.travel(clock.now() + DAY, tick=True):
        perform(refund_performer(Gateways.of(settings)), till.billing, refund_id)

    assert (waiting.status, waiting.failure) == ("requested", NOT_THERE)
    assert till.read_payment(payment_id).status == "refunded"
    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.get(Refund, refund_id).failure == ""
    assert len(till.sandbox.ledger("refund")) == 1


def test_what_is_under_way_at_a_gateway_that_is_gone_or_off_is_counted(
    till: Till, settings: Settings, nothing_installed: Gateways
) -> None:
    till.saved_card()
    charge_id, installed = till.charge(till.payment()), Gateways.of(settings)
    on = under_way(till, installed)
    with till.billing.unit_of_work(till.owner) as uow:
        uow.session.execute(update(GatewaySettings).values(is_enabled=False, is_default=False))
    off, gone = under_way(till, installed), under_way(till, nothing_installed)
    till.work(charge_id)

    assert on == []
    assert off == [GatewayUnderWay(name="stripe", is_there=True, charges=1, refunds=0)]
    assert gone == [GatewayUnderWay(name="stripe", is_there=False, charges=1, refunds=0)]
    assert till.read(charge_id).status == "succeeded"
    assert under_way(till, nothing_installed) == []
