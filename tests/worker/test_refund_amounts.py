"""A refund of which Stripe gave back another amount than was asked for: what really went is booked."""

from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database
from kernel.work import perform
from services.billing.books.checks import read_books
from services.billing.gateways.configured import Gateways
from services.billing.models import LedgerBalance, Refund
from services.billing.queries.refunds import balance
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import sek
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from worker.performers.refunds import refund_performer

__all__ = ["sandbox"]


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


@pytest.fixture
def payment_id(till: Till) -> UUID:
    till.saved_card()
    till.work(till.charge(made := till.payment()))
    return made


def give_back(
    till: Till, settings: Settings, payment_id: UUID, asked: int, gone: int | None = None
) -> Refund:
    if gone is not None:
        till.sandbox.fault("other_amount", endpoint="refunds", times=1, amount=gone)
    with till.billing.unit_of_work(till.owner) as uow:
        refund_id = request_refund(uow, payment_id, sek(asked)).id
    perform(refund_performer(Gateways.of(settings)), till.billing, refund_id)
    with till.billing.unit_of_work(till.owner) as uow:
        return uow.get(Refund, refund_id)


@pytest.mark.parametrize(("asked", "gone"), [(10000, 9900), (10000, 10100), (19900, 1)])
def test_what_really_went_is_booked_and_the_rest_is_free_again(
    till: Till, settings: Settings, payment_id: UUID, asked: int, gone: int
) -> None:
    refund = give_back(till, settings, payment_id, asked, gone)

    assert (refund.status, refund.amount, refund.asked) == ("succeeded", gone, asked)
    payment = till.read_payment(payment_id)
    assert (payment.refunded, payment.reserved, payment.refundable) == (gone, gone, 19900 - gone)
    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.session.get(LedgerBalance, (payment.network_id, "refunds", "SEK")).amount == gone
        assert read_books(uow)[1] == []
        [shown] = balance(uow, payment_id).refunds
    assert (shown.amount, shown.asked) == (sek(gone), sek(asked))


def test_the_rest_can_be_given_back_and_then_nothing_is_left(
    till: Till, settings: Settings, payment_id: UUID
) -> None:
    give_back(till, settings, payment_id, 19900, 9900)

    rest = give_back(till, settings, payment_id, 10000)

    assert (rest.status, rest.asked) == ("succeeded", None)
    assert till.read_payment(payment_id).status == "refunded"
    assert [line["amount"] for line in till.sandbox.ledger("refund")] == [9900, 10000]


def test_an_answer_that_was_lost_tells_the_real_amount_later(
    till: Till, settings: Settings, payment_id: UUID
) -> None:
    till.sandbox.fault("drop", endpoint="refunds", times=1)

    refund = give_back(till, settings, payment_id, 19900, 9900)

    assert (refund.status, refund.amount) == ("succeeded", 9900)
    assert len(till.sandbox.ledger("refund")) == 1
