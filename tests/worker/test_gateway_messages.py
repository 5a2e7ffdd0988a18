"""Messages of a gateway take effect once, in whatever order, and only by what the gateway says itself."""

from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.plugins import Method
from kernel.database import Database
from kernel.work import Performer, due, perform
from services.billing.gateways.configured import Gateways
from services.billing.gateways.messages import take_message
from services.billing.models import GatewayMessage, PaymentMethod, Refund
from services.billing.payments.methods import keep_method
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import sek
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.gateway_messages import gateway_message
from worker.performers.refunds import refund_performer

__all__ = ["sandbox"]


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


class Post:
    """Delivers messages, and has the worker look into them."""

    def __init__(self, till: Till, settings: Settings) -> None:
        self._till, self._gateways = till, Gateways.of(settings)
        self._performer = gateway_message(self._gateways)

    def deliver(self, messages: list[tuple[dict[str, str], bytes]]) -> None:
        for headers, body in messages:
            with self._till.billing.unit_of_work(self._till.owner) as uow:
                take_message(uow, self._gateways, "stripe", headers, body)

    def look_into(self) -> None:
        work_off(self._performer, self._till.billing)

    def states(self) -> list[tuple[str, str]]:
        with self._till.billing.unit_of_work(self._till.owner) as uow:
            rows = uow.session.scalars(select(GatewayMessage).order_by(GatewayMessage.received_at))
            return [(row.state, row.last_error) for row in rows]


def work_off(performer: Performer, billing: Database) -> None:
    for row_id in due(performer, billing):
        perform(performer, billing, row_id)


@pytest.fixture
def post(till: Till, settings: Settings) -> Post:
    return Post(till, settings)


def refund(till: Till, settings: Settings, payment_id: UUID, amount: int) -> UUID:
    with till.billing.unit_of_work(till.owner) as uow:
        refund_id = request_refund(uow, payment_id, sek(amount)).id
    perform(refund_performer(Gateways.of(settings)), till.billing, refund_id)
    return refund_id


def refund_of(till: Till, refund_id: UUID) -> Refund:
    with till.billing.unit_of_work(till.owner) as uow:
        return uow.get(Refund, refund_id)


def paid(till: Till) -> UUID:
    payment_id = till.payment()
    till.saved_card()
    till.work(till.charge(payment_id))
    return payment_id


def test_a_page_that_was_paid_completes_the_payment_once(till: Till, post: Post) -> None:
    charge_id = till.page(payment_id := till.payment())
    till.sandbox.pay(till.read(charge_id).page)

    for messages in (till.sandbox.messages(), till.sandbox.messages()[::-1]):
        post.deliver(messages)
        post.look_into()

    assert till.read(charge_id).status == "succeeded"
    assert till.read_payment(payment_id).status == "completed"
    assert till.booked(payment_id) == ["created", "completed", "fee"]
    assert post.states() == [("done", ""), ("done", "")]


def test_the_news_are_what_is_true_now_not_what_the_message_says(till: Till, post: Post) -> None:
    charge_id = till.page(payment_id := till.payment())
    page = till.read(charge_id).page
    till.sandbox.pay(page, "4000000000000002")
    refused = till.sandbox.messages("payment_intent.payment_failed")
    till.sandbox.pay(page)

    post.deliver(refused)
    post.look_into()

    assert len(refused) == 1
    assert till.read_payment(payment_id).status == "completed"


def test_a_card_refused_on_the_page_leaves_the_payment_waiting(till: Till, post: Post) -> None:
    charge_id = till.page(payment_id := till.payment())
    till.sandbox.pay(till.read(charge_id).page, "4000000000000002")

    post.deliver(till.sandbox.messages())
    post.look_into()

    assert till.read(charge_id).status == "waiting"
    assert till.read_payment(payment_id).status == "pending"


def test_a_refund_that_the_bank_sends_back_is_reversed(till: Till, post: Post, settings: Settings) -> None:
    refund_id = refund(till, settings, paid(till), 5000)
    name = refund_of(till, refund_id).reference

    till.sandbox.decide(name, "failed")
    post.deliver(till.sandbox.messages("refund.failed"))
    post.look_into()

    assert refund_of(till, refund_id).status == "reversed"
    assert post.states() == [("done", "")]


def test_a_refund_whose_answer_was_lost_is_settled_by_its_message(
    till: Till, post: Post, settings: Settings
) -> None:
    payment_id = paid(till)
    till.sandbox.fault("drop", endpoint="refunds", times=1)
    till.sandbox.fault("500_before", endpoint="refunds", method="GET", times=1)
    refund_id = refund(till, settings, payment_id, 5000)
    before = refund_of(till, refund_id).status

    post.deliver(till.sandbox.messages("refund.created"))
    post.look_into()

    assert (before, refund_of(till, refund_id).status) == ("unknown", "succeeded")
    assert len(till.sandbox.ledger("refund")) == 1


def test_money_given_back_at_the_gateway_itself_is_written_down_once(till: Till, post: Post) -> None:
    payment_id = paid(till)
    name = till.sandbox.refund(till.read_payment(payment_id).gateway_reference, 700)

    for _ in range(2):
        post.deliver(till.sandbox.messages("refund.created"))
        post.look_into()

    with till.billing.unit_of_work(till.owner) as uow:
        (refund,) = uow.session.scalars(select(Refund).where(Refund.payment_id == payment_id)).all()
        told = (refund.reference, refund.origin, refund.status, refund.amount)
    assert told == (name, "gateway", "succeeded", 700)
    assert till.read_payment(payment_id).refunded == 700
    assert post.states() == [("done", "")]


def test_a_dispute_is_noted_and_its_end_too_in_whatever_order(till: Till, post: Post) -> None:
    payment_id = paid(till)
    name = till.sandbox.dispute(till.read_payment(payment_id).gateway_reference)
    post.deliver(till.sandbox.messages("charge.dispute.created"))
    post.look_into()
    before = till.read_payment(payment_id).status

    till.sandbox.decide(name, "won")
    post.deliver(till.sandbox.messages("charge.dispute.closed", "charge.dispute.funds_withdrawn"))
    post.look_into()

    assert (before, till.read_payment(payment_id).status) == ("disputed", "completed")
    assert {state for state, _error in post.states()} == {"done"}


def test_what_others_do_with_the_same_account_is_passed_over(till: Till, post: Post) -> None:
    till.sandbox.charge_of_others()
    theirs = till.sandbox.ledger("charge")[0]["charge"]
    till.sandbox.refund(theirs, 100)
    till.sandbox.dispute(theirs)

    post.deliver(till.sandbox.messages())
    post.look_into()

    assert {state for state, _error in post.states()} == {"done"}
    assert till.payments() == []


def test_a_gateway_that_is_away_is_asked_again(till: Till, post: Post) -> None:
    charge_id = till.page(till.payment())
    till.sandbox.pay(till.read(charge_id).page)
    post.deliver(till.sandbox.messages())
    till.sandbox.fault("500_before", method="GET")

    post.look_into()

    assert {state for state, _error in post.states()} == {"due"}
    assert till.read(charge_id).status == "waiting"


def test_a_card_that_the_gateway_keeps_no_more_is_charged_no_more(till: Till, post: Post) -> None:
    method_id = till.saved_card()
    with till.billing.unit_of_work(till.owner) as uow:
        name = uow.get(PaymentMethod, method_id).reference
    till.sandbox.detach(name)

    post.deliver(till.sandbox.messages("payment_method.detached"))
    post.look_into()

    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.get(PaymentMethod, method_id).removed_at is not None


def test_a_card_that_its_bank_renewed_is_known_by_its_new_end(till: Till, post: Post) -> None:
    customer, reference = till.sandbox.saved_card()
    with till.billing.unit_of_work(till.owner) as uow:
        old = Method(reference, customer, brand="visa", last4="4242", expires="2026-12")
        method_id = keep_method(uow, till.customer_id, "stripe", old).id
    till.sandbox.renew(reference)

    post.deliver(till.sandbox.messages("payment_method.updated"))
    post.look_into()

    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.get(PaymentMethod, method_id).expires == "2044-12"
