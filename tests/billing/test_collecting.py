"""What a change in the middle of a period costs comes from the saved card, else its invoice asks for it."""

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import InvoiceSent, PaymentDunned
from kernel.contracts.memberships import ChangeMade, ChangeOrder, ProductQuantity
from kernel.database import Database
from services.billing.memberships.changes import change_products, preview_change
from services.billing.models import Payment
from tests.billing.days import START, Days, at
from tests.billing.test_dunning import charges, his, save
from tests.billing.till import CARD, DECLINED, Till, open_till
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

MIDDLE = START + timedelta(days=14)


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, billing: Database, owner: Identity) -> Till:
    with at(START):
        return open_till(sandbox, settings, billing, owner)


@pytest.fixture
def days(till: Till, billing: Database, owner: Identity) -> Days:
    made = Days(billing, owner, charging=till.performer)
    made.found()
    return made


def dearer(days: Days) -> ChangeOrder:
    return ChangeOrder(products=(ProductQuantity(product_id=days.product_id),), amount=59900)


def change(days: Days, membership_id: UUID) -> ChangeMade:
    """Let it cost three times as much from the middle of the period on, and the worker work."""
    days.go_to(MIDDLE)
    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        made = change_products(uow, membership_id, dearer(days))
    days.work()
    return made


def payment_of(days: Days, made: ChangeMade) -> Payment:
    assert made.payment_id is not None
    with days.billing.unit_of_work(days.owner) as uow:
        return uow.get(Payment, made.payment_id)


def test_it_is_charged_to_the_saved_card_at_once(days: Days, till: Till) -> None:
    made = change(days, his(days, till, CARD))

    payment = payment_of(days, made)
    assert (payment.kind, payment.status) == ("change", "completed")
    assert [line["amount"] for line in till.sandbox.ledger("charge")] == [made.preview.due.amount]
    assert [charge.is_automatic for charge in charges(days)] == [True]
    assert days.told(InvoiceSent) == []


def test_without_a_card_its_invoice_is_sent(days: Days, till: Till) -> None:
    made = change(days, his(days, till, None))

    [sent] = days.told(InvoiceSent)
    assert (sent.payment_id, sent.is_paid, sent.total) == (made.payment_id, False, made.preview.due)
    assert payment_of(days, made).status == "pending"
    assert charges(days) == []


def test_what_is_not_to_renew_by_itself_is_not_charged(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)
    days.change(mine, auto_renew=False)

    made = change(days, mine)

    assert [sent.payment_id for sent in days.told(InvoiceSent)] == [made.payment_id]
    assert charges(days) == []


def test_a_declined_card_has_its_invoice_sent_once_and_is_not_tried_again(days: Days, till: Till) -> None:
    made = change(days, his(days, till, DECLINED))
    days.work()

    assert payment_of(days, made).status == "failed"
    assert [sent.payment_id for sent in days.told(InvoiceSent)] == [made.payment_id]
    assert len(charges(days)) == 1
    assert days.told(PaymentDunned) == []


def test_an_answer_that_is_lost_charges_once(days: Days, till: Till) -> None:
    till.sandbox.fault("drop", endpoint="payment_intents", times=1)
    made = change(days, his(days, till, CARD))
    (charge,) = charges(days)
    unknown = charge.status

    with at(days.now):
        till.work(charge.id, after=timedelta(minutes=7))

    assert (unknown, payment_of(days, made).status) == ("unknown", "completed")
    assert len(till.sandbox.ledger("charge")) == 1


def test_a_preview_charges_and_sends_nothing(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)
    days.go_to(MIDDLE)

    with at(days.now), days.billing.unit_of_work(days.owner) as uow:
        seen = preview_change(uow, mine, dearer(days))
    days.work()

    assert seen.due.amount > 0
    assert charges(days) == []
    assert days.told(InvoiceSent) == []


def test_a_renewal_without_a_card_is_asked_for_by_its_invoice(days: Days, till: Till) -> None:
    mine = his(days, till, None)
    days.go_to(START + timedelta(days=26))

    [payment] = days.payments(mine)
    [sent] = days.told(InvoiceSent)
    assert (sent.payment_id, sent.is_paid, sent.total.amount) == (payment.id, False, 19900)


def test_a_renewal_that_is_charged_sends_no_invoice_before(days: Days, till: Till) -> None:
    mine = his(days, till, CARD)
    days.go_to(START + timedelta(days=26))

    assert len(days.payments(mine)) == 1
    assert days.told(InvoiceSent) == []
    save(days, till, CARD)
