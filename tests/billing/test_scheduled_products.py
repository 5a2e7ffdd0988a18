"""A product that a scheduled change names stays until that change is done or withdrawn."""

from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.memberships import ChangeOrder, ProductQuantity
from kernel.database import UnitOfWork
from services.billing.memberships.changes import change_products, withdraw_change
from services.billing.memberships.lifecycle import activate_membership
from services.billing.models import Product
from services.billing.products.retirement import ProductInUse, delete_product
from services.billing.products.sale import Offer, create_product
from tests.billing.conftest import MONTHLY, make_membership, sek

AWAITED = r"A membership changes to Stor later, so it cannot be deleted\. Retire it instead\."


def test_a_product_of_a_scheduled_change_is_not_deleted(uow: UnitOfWork, customer_id: UUID) -> None:
    membership_id, large_id = schedule_large(uow, customer_id)

    with pytest.raises(ProductInUse, match=AWAITED):
        delete_product(uow, large_id)

    assert uow.get(Product, large_id).name == "Stor"
    withdraw_change(uow, membership_id)
    delete_product(uow, large_id)
    assert uow.session.scalars(select(Product.name)).all() == ["Bas"]


def schedule_large(uow: UnitOfWork, customer_id: UUID) -> tuple[UUID, UUID]:
    """Let a membership become another plan when its time is over; return both ids."""
    membership = activate_membership(uow, make_membership(uow, customer_id).id)
    offers = [Offer(sek(49900), MONTHLY)]
    large = create_product(uow, slug="stor", name="Stor", kind="plan", pricing="paid", offers=offers)
    uow.session.flush()
    order = ChangeOrder(products=(ProductQuantity(product_id=large.id),), when="period_end")
    change_products(uow, membership.id, order)
    return membership.id, large.id
