"""What nobody expects of a gateway is no difference once it is noted, and one as long as it is not."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel import clock
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.plugins import Dispute as Told
from kernel.contracts.plugins import Sought
from kernel.database import Database
from kernel.work import perform
from services.billing.gateways.configured import Gateways
from services.billing.models import Charge, Reconciliation, ReconciliationFinding
from services.billing.payments.decisions import decide_charge
from services.billing.payments.disputes import note_dispute
from services.billing.payments.lifecycle import cancel_payment
from services.billing.reconciliation.runs import ask_for_run
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import sek
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from tests.worker.test_charges import SOON
from worker.performers.reconciliations import reconciliation_performer
from worker.performers.refunds import refund_performer

__all__ = ["sandbox"]

Scene = Callable[[Till, Gateways], None]


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


@pytest.fixture
def gateways(settings: Settings) -> Gateways:
    return Gateways.of(settings)


def differences(till: Till, gateways: Gateways) -> list[tuple[str, str]]:
    """Compare all of today with Stripe's own list; return what differs."""
    with till.billing.unit_of_work(till.owner) as uow:
        asked = ask_for_run(uow, gateways, "stripe", days=1)
        until = clock.now() + timedelta(minutes=1)
        uow.session.execute(update(Reconciliation).values(until=until, since=until - timedelta(days=1)))
    perform(reconciliation_performer(gateways), till.billing, asked.id)
    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.get(Reconciliation, asked.id).state == "done"
        return [(row.thing, row.difference) for row in uow.session.scalars(select(ReconciliationFinding))]


def charged(till: Till) -> UUID:
    till.saved_card()
    till.work(till.charge(payment_id := till.payment()))
    return payment_id


def tell(till: Till, name: str) -> None:
    told = till.sandbox.gateway().find(Sought("dispute", reference=name))
    assert isinstance(told, Told)
    with till.billing.unit_of_work(till.owner) as uow:
        note_dispute(uow, "stripe", told)


def disputed(till: Till, *verdicts: str, **how: object) -> None:
    name = till.sandbox.dispute(till.read_payment(charged(till)).gateway_reference, **how)
    for verdict in verdicts:
        till.sandbox.decide(name, verdict)
    tell(till, name)


def an_inquiry(till: Till, _gateways: Gateways) -> None:
    disputed(till, is_inquiry=True)


def an_inquiry_that_was_closed(till: Till, _gateways: Gateways) -> None:
    disputed(till, "warning_closed", is_inquiry=True)


def a_dispute_lost_won_and_lost_again(till: Till, _gateways: Gateways) -> None:
    disputed(till, "lost", "won", "lost")


def a_dispute_in_another_currency(till: Till, _gateways: Gateways) -> None:
    disputed(till, currency="eur")


def a_fee_that_is_not_known_yet(till: Till, _gateways: Gateways) -> None:
    till.sandbox.fault("fee_later", endpoint="payment_intents", times=1, seconds=86_400)
    charged(till)


def a_refund_of_another_amount(till: Till, gateways: Gateways) -> None:
    till.sandbox.fault("other_amount", endpoint="refunds", times=1, amount=9900)
    with till.billing.unit_of_work(till.owner) as uow:
        refund_id = request_refund(uow, charged(till), sek(10000)).id
    perform(refund_performer(gateways), till.billing, refund_id)


def money_that_came_late(till: Till, _gateways: Gateways) -> None:
    charge_id = till.page(payment_id := till.payment())
    page = till.read(charge_id).page
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_payment(uow, payment_id, reason="")
    till.sandbox.pay(page)
    till.work(charge_id, after=SOON)


def a_bank_that_has_not_decided(till: Till, _gateways: Gateways) -> None:
    till.sandbox.fault("pending", endpoint="payment_intents", times=1, seconds=5e6)
    charged(till)
    with till.billing.unit_of_work(till.owner) as uow:
        uow.session.execute(update(Charge).values(submitted_at=clock.now() - timedelta(hours=20)))


def lost(till: Till) -> UUID:
    """Return a charge that Stripe has carried out, and of which nobody knows."""
    till.saved_card()
    till.sandbox.fault("drop", endpoint="payment_intents", times=1)
    till.work(charge_id := till.charge(till.payment()))
    dead = {"state": "dead", "submitted_at": clock.now() - timedelta(hours=20)}
    with till.billing.unit_of_work(till.owner) as uow:
        uow.session.execute(update(Charge).values(**dead))
    return charge_id


def decide(till: Till, charge_id: UUID, *, has_come: bool) -> None:
    name = till.sandbox.ledger("charge")[0]["charge"] if has_come else ""
    payment_id = till.read(charge_id).payment_id
    with till.billing.unit_of_work(till.owner) as uow:
        decide_charge(uow, payment_id, charge_id, has_come=has_come, reference=name, reason="So.")


def a_charge_that_a_person_found(till: Till, _gateways: Gateways) -> None:
    decide(till, lost(till), has_come=True)


@pytest.mark.parametrize(
    "scene",
    [
        an_inquiry,
        an_inquiry_that_was_closed,
        a_dispute_lost_won_and_lost_again,
        a_dispute_in_another_currency,
        a_fee_that_is_not_known_yet,
        a_refund_of_another_amount,
        money_that_came_late,
        a_bank_that_has_not_decided,
        a_charge_that_a_person_found,
    ],
)
def test_what_was_noted_rightly_raises_no_alarm(till: Till, gateways: Gateways, scene: Scene) -> None:
    scene(till, gateways)

    assert differences(till, gateways) == []


@pytest.mark.parametrize("is_decided", [False, True])
def test_money_that_nobody_knows_of_or_that_a_person_denied_is_a_difference(
    till: Till, gateways: Gateways, is_decided: bool
) -> None:
    charge_id = lost(till)
    if is_decided:
        decide(till, charge_id, has_come=False)

    assert differences(till, gateways) == [("charge", "state")]


def test_a_dispute_of_which_no_message_came_is_a_difference(till: Till, gateways: Gateways) -> None:
    name = till.sandbox.dispute(till.read_payment(charged(till)).gateway_reference, is_inquiry=True)
    tell(till, name)
    till.sandbox.decide(name, "needs_response")

    assert differences(till, gateways) == [("dispute", "state")]
