"""Money that comes for a payment which was cancelled meanwhile: taken, booked, and kept or given back."""

from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database
from kernel.work import perform
from services.billing.books.checks import read_books
from services.billing.gateways.configured import Gateways
from services.billing.memberships.bills import ask_first
from services.billing.memberships.cancellations import cancel_now
from services.billing.models import Membership, Payment
from services.billing.payments.late_money import NotToBeKept, keep_late_money
from services.billing.payments.lifecycle import cancel_payment
from services.billing.queries.payment import payment as page_of
from services.billing.queries.waiting import waiting_payments
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import make_membership, sek
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox
from tests.worker.test_charges import SOON
from worker.performers.refunds import refund_performer

__all__ = ["sandbox"]


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


def paid_late(till: Till, payment_id: UUID) -> Payment:
    """Cancel a payment whose page is open, and have it paid; return the payment of the money."""
    charge_id = till.page(payment_id)
    page = till.read(charge_id).page
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_payment(uow, payment_id, reason="Wrong price")
    till.sandbox.pay(page)
    till.work(charge_id, after=SOON)
    return till.payments()[-1]


def billed(till: Till) -> tuple[UUID, UUID]:
    """Return a membership that has not begun, and the payment of its first month."""
    with till.billing.unit_of_work(till.owner) as uow:
        membership = make_membership(uow, till.customer_id)
        membership.gateway = "stripe"
        bill = ask_first(uow, membership)
        assert bill is not None
        return membership.id, bill.id


def waits(till: Till) -> list[tuple[UUID, str]]:
    with till.billing.unit_of_work(till.owner) as uow:
        return [(one.payment_id, one.why) for one in waiting_payments(uow).items]


def keep(till: Till, payment_id: UUID) -> None:
    with till.billing.unit_of_work(till.owner) as uow:
        keep_late_money(uow, payment_id)


def books_are_right(till: Till) -> bool:
    with till.billing.unit_of_work(till.owner) as uow:
        return read_books(uow)[1] == []


def test_it_is_taken_and_booked_and_waits_for_somebody(till: Till) -> None:
    late = paid_late(till, payment_id := till.payment())

    with till.billing.unit_of_work(till.owner) as uow:
        shown = page_of(uow, late.id)
    assert (late.status, late.captured, late.late_for) == ("completed", 19900, payment_id)
    assert (shown.waits, shown.late_for_number) == (True, 1)
    assert shown.lines[0].description == "Payment 1, paid after it was cancelled"
    assert waits(till) == [(late.id, "late")]
    assert till.read_payment(payment_id).status == "cancelled"
    assert books_are_right(till)


def test_given_back_it_waits_for_nobody(till: Till, settings: Settings) -> None:
    late = paid_late(till, till.payment())

    with till.billing.unit_of_work(till.owner) as uow:
        refund_id = request_refund(uow, late.id, sek(19900)).id
    perform(refund_performer(Gateways.of(settings)), till.billing, refund_id)

    assert till.read_payment(late.id).status == "refunded"
    assert [line["amount"] for line in till.sandbox.ledger("refund")] == [19900]
    assert waits(till) == []
    with pytest.raises(NotToBeKept):
        keep(till, late.id)


def test_kept_it_gives_the_time_that_the_cancelled_payment_was_for(till: Till) -> None:
    membership_id, bill_id = billed(till)
    late = paid_late(till, bill_id)
    with till.billing.unit_of_work(till.owner) as uow:
        before = uow.get(Membership, membership_id).status

    keep(till, late.id)

    with till.billing.unit_of_work(till.owner) as uow:
        membership = uow.get(Membership, membership_id)
        assert (before, membership.status, membership.cycles_billed) == ("pending", "active", 1)
        assert membership.expires_at is not None
    assert till.read_payment(late.id).membership_id == membership_id
    assert waits(till) == []
    assert len(till.happened("payment.late_money_kept")) == 1
    assert books_are_right(till)


def test_it_is_kept_once(till: Till) -> None:
    membership_id, bill_id = billed(till)
    late = paid_late(till, bill_id)
    keep(till, late.id)
    with till.billing.unit_of_work(till.owner) as uow:
        ends = uow.get(Membership, membership_id).expires_at

    with pytest.raises(NotToBeKept, match="does not wait"):
        keep(till, late.id)

    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.get(Membership, membership_id).expires_at == ends


def test_while_the_same_time_is_asked_for_anew_it_is_not_paid_twice(till: Till) -> None:
    membership_id, bill_id = billed(till)
    late = paid_late(till, bill_id)
    anew = till.payment(membership_id=membership_id, kind="first")

    with pytest.raises(NotToBeKept, match="asks for the same time"):
        keep(till, late.id)
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_payment(uow, anew, reason="")
    keep(till, late.id)

    assert waits(till) == []


def test_for_a_membership_that_is_over_it_can_only_be_given_back(till: Till) -> None:
    membership_id, bill_id = billed(till)
    late = paid_late(till, bill_id)
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_now(uow, membership_id, cause="other", reason="Over.")

    with pytest.raises(NotToBeKept, match="Give the money back"):
        keep(till, late.id)

    assert waits(till) == [(late.id, "late")]


def test_what_did_not_come_late_is_not_kept(till: Till) -> None:
    till.saved_card()
    till.work(till.charge(payment_id := till.payment()))

    with pytest.raises(NotToBeKept):
        keep(till, payment_id)

    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.session.scalars(select(Payment.kept_at)).all() == [None]
