"""Deleting a customer while something of his is unpaid, on a page or on its way: the books agree after it."""

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import CustomerBillingErased, CustomerDeletionRefused, CustomerDeletionRequested
from kernel.contracts.plugins import Outcome
from kernel.database import Database
from kernel.ids import new_id
from services.billing.books.checks import read_books
from services.billing.deletions import close_account
from services.billing.models import PaymentMethod
from services.billing.payments.charges import settle_charge
from services.billing.payments.lifecycle import fail_payment
from services.billing.payments.methods import kept_methods
from tests.billing.till import Till, open_till
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

SOON = timedelta(minutes=7)  # the first look after a page was made, and its jitter


@pytest.fixture
def till(sandbox: Sandbox, settings: Settings, databases: dict[str, Database], owner: Identity) -> Till:
    return open_till(sandbox, settings, databases["billing"], owner)


def delete(till: Till, heir_id: UUID | None = None) -> list[object]:
    """Have billing do its part; return what it told."""
    asked = CustomerDeletionRequested(
        deletion_id=new_id(),
        customer_id=till.customer_id,
        account_id=new_id(),
        number=1,
        way="hand_over" if heir_id else "everything",
        heir_id=heir_id,
    )
    with till.billing.unit_of_work(till.owner) as uow:
        close_account(uow, asked)
        return list(uow.published)


def book_errors(till: Till) -> list[object]:
    with till.billing.unit_of_work(till.owner) as uow:
        return list(read_books(uow)[1])


def methods_of(till: Till, customer_id: UUID) -> list[str]:
    with till.billing.unit_of_work(till.owner) as uow:
        return [method.reference for method in kept_methods(uow, customer_id)]


def test_what_is_unpaid_is_cancelled_and_owed_no_more(till: Till) -> None:
    pending, failed, on_a_page = till.payment(), till.payment(500), till.payment(700)
    charge_id = till.page(on_a_page)
    with till.billing.unit_of_work(till.owner) as uow:
        fail_payment(uow, failed, reason="No.")

    told = delete(till)

    [erased] = [event for event in told if isinstance(event, CustomerBillingErased)]
    assert erased.unpaid == 3
    assert [payment.status for payment in till.payments()] == ["cancelled"] * 3
    assert till.read(charge_id).status == "cancelled"
    assert [till.booked(one) for one in (pending, failed, on_a_page)] == [["created", "cancelled"]] * 3
    assert book_errors(till) == []


def test_what_he_pays_on_an_old_page_is_taken_but_his_card_is_not_kept(till: Till) -> None:
    charge_id = till.page(till.payment())
    page = till.read(charge_id).page
    delete(till)

    till.sandbox.pay(page)
    till.work(charge_id, after=SOON)

    assert [payment.status for payment in till.payments()] == ["cancelled", "completed"]
    assert methods_of(till, till.customer_id) == []
    assert book_errors(till) == []


@pytest.mark.parametrize("state", ["unknown", "pending"])
def test_nobody_is_deleted_while_a_page_may_have_brought_money(till: Till, state: str) -> None:
    charge_id = till.page(payment_id := till.payment())
    with till.billing.unit_of_work(till.owner) as uow:
        settle_charge(uow, charge_id, Outcome(state))  # type: ignore[arg-type]

    told = delete(till)

    assert [type(event) for event in told] == [CustomerDeletionRefused]
    assert till.read(charge_id).status == state
    assert till.read_payment(payment_id).status != "cancelled"


@pytest.mark.parametrize("heir", [None, new_id()])
def test_nobody_is_deleted_while_a_page_is_being_made(till: Till, heir: UUID | None) -> None:
    till.sandbox.fault("drop", endpoint="checkout/sessions", times=9)
    charge_id = till.page(payment_id := till.payment())

    told = delete(till, heir)

    assert till.read(charge_id).status == "unknown"
    assert [type(event) for event in told] == [CustomerDeletionRefused]
    assert till.read_payment(payment_id).customer_id == till.customer_id


def test_a_page_of_his_does_not_save_his_card_for_the_heir(till: Till) -> None:
    charge_id = till.page(payment_id := till.payment())
    page = till.read(charge_id).page
    delete(till, heir_id := new_id())
    ended = till.read(charge_id).status

    till.sandbox.pay(page)
    till.work(charge_id, after=SOON)

    assert ended == "cancelled"
    assert methods_of(till, heir_id) == []
    assert {payment.customer_id for payment in till.payments()} == {heir_id}
    assert till.read_payment(payment_id).status == "completed"
    assert book_errors(till) == []


@pytest.mark.parametrize("heir", [None, new_id()])
def test_nothing_is_kept_of_the_cards_of_who_was_deleted(till: Till, heir: UUID | None) -> None:
    method_id = till.saved_card()

    delete(till, heir)

    with till.billing.unit_of_work(till.owner) as uow:
        method = uow.get(PaymentMethod, method_id)
    assert method.removed_at is not None
    assert (method.customer_id, method.last4, method.is_default) == (till.customer_id, "", False)
