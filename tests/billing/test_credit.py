"""Credit: made when paid time is taken back, free to be refunded once its membership is cancelled."""

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.contracts.billing import Period
from kernel.contracts.memberships import ChangeOrder, MembershipChanges, MembershipEdit, ProductQuantity
from kernel.database import UnitOfWork
from services.billing.memberships.changes import change_products
from services.billing.memberships.edits import edit_membership
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.paid_time import periods_of
from services.billing.models import Membership, Payment
from services.billing.payments.lifecycle import cancel_payment, complete_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.products.sale import Offer, create_product
from tests.billing.conftest import make_membership, sek

YEARLY = Period(length=1, unit="year")


@pytest.fixture
def paid(uow: UnitOfWork, customer_id: UUID) -> Payment:
    """The first payment of a membership, received."""
    membership = make_membership(uow, customer_id)
    return bill(uow, membership, kind="first", is_paid=True)


def test_a_change_in_the_instant_its_time_began_counts_all_of_it(uow: UnitOfWork, paid: Payment) -> None:
    offers = [Offer(sek(99000), YEARLY)]
    large = create_product(uow, slug="stor", name="Stor", kind="plan", pricing="paid", offers=offers)
    uow.session.flush()
    products = (ProductQuantity(product_id=large.id),)
    order = ChangeOrder(products=products, keeps_period=False, period=YEARLY)

    made = change_products(uow, membership_of(uow, paid).id, order)

    (period,) = periods_of(uow, membership_of(uow, paid))
    assert (period.kind, period.starts_at, period.amount) == ("change", uow.now, 99000)
    assert (made.preview.due, paid.credited) == (sek(99000 - 19900), 19900)


def test_a_status_that_becomes_cancelled_lets_the_credit_be_refunded(uow: UnitOfWork, paid: Payment) -> None:
    membership = with_credit(uow, paid)
    held = paid.credited

    change_status(uow, membership.id, "cancelled")

    assert held > 0
    assert (membership.credit, paid.credited, paid.refundable) == (0, 0, 19900)


def test_a_bill_that_is_cancelled_after_its_membership_lets_its_credit_be_refunded(
    uow: UnitOfWork, paid: Payment
) -> None:
    membership = with_credit(uow, paid)
    waiting = bill(uow, membership, kind="renewal")
    waiting.credit, membership.credit = membership.credit, 0
    change_status(uow, membership.id, "cancelled")

    cancel_payment(uow, waiting.id, reason="")

    assert (membership.credit, waiting.credit, paid.credited, paid.refundable) == (0, 0, 0, 19900)


def bill(uow: UnitOfWork, membership: Membership, *, kind: str, is_paid: bool = False) -> Payment:
    payment = create_payment(
        uow,
        customer_id=membership.customer_id,
        currency="SEK",
        items=[Item("Bas", 19900)],
        membership_id=membership.id,
        kind=kind,  # type: ignore[arg-type]
    )
    uow.session.flush()
    return complete_payment(uow, payment.id) if is_paid else payment


def with_credit(uow: UnitOfWork, paid: Payment) -> Membership:
    """Take all but ten days of the time back."""
    membership = membership_of(uow, paid)
    changes = MembershipChanges(expires_at=uow.now + timedelta(days=10))
    return edit_membership(uow, membership.id, MembershipEdit(seen=None, changes=changes))


def membership_of(uow: UnitOfWork, paid: Payment) -> Membership:
    assert paid.membership_id is not None
    return uow.get(Membership, paid.membership_id)
