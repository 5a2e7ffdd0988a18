"""Take a product off sale for good, bring it back, or delete it while nobody ever had it."""

from uuid import UUID

from sqlalchemy import exists, literal, or_, select

from kernel.contracts.events import ProductDeleted, ProductRetired
from kernel.contracts.products import ProductLimits
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.models import Membership, MembershipItem, PaymentLine, Product, ScheduledChange


class ProductInUse(Conflict):
    """Something was sold of the product, so it must stay."""


def retire_product(uow: UnitOfWork, product_id: UUID) -> Product:
    """Sell it to nobody any more; who has it keeps it. Of a retired one nothing changes."""
    product = uow.get(Product, product_id, lock=True)
    if product.retired_at is None:
        product.retired_at, product.is_active = uow.now, False
        _changed(uow, product)
    return product


def bring_back_product(uow: UnitOfWork, product_id: UUID) -> Product:
    """Sell a retired product again; of another nothing changes."""
    product = uow.get(Product, product_id, lock=True)
    if product.retired_at is not None:
        product.retired_at, product.is_active = None, True
        _changed(uow, product)
    return product


def delete_product(uow: UnitOfWork, product_id: UUID) -> None:
    """Delete it for good. Raises ProductInUse when it was ever sold, or will be by a scheduled change.

    The lock keeps out who would begin a membership with it in this moment.
    """
    product = uow.get(Product, product_id, lock=True)
    if is_used(uow, product.id):
        raise ProductInUse(
            N_("%(product)s was sold, so it cannot be deleted. Retire it instead."), product=product.name
        )
    if _is_awaited(uow, product.id):
        raise ProductInUse(
            N_("A membership changes to %(product)s later, so it cannot be deleted. Retire it instead."),
            product=product.name,
        )
    uow.publish(ProductDeleted(product_id=product.id, name=product.name))
    uow.session.delete(product)


def is_used(uow: UnitOfWork, product_id: UUID) -> bool:
    """Whether a membership has or had the product, or a payment names it."""
    uses = [
        exists().where(MembershipItem.product_id == product_id),
        exists().where(Membership.product_id == product_id),
        exists().where(PaymentLine.product_id == product_id),
    ]
    return bool(uow.session.scalar(select(literal(True)).where(or_(*uses))))


def _is_awaited(uow: UnitOfWork, product_id: UUID) -> bool:
    """Whether a change that is still to come names the product."""
    named = ScheduledChange.terms.contains({"items": [{"product_id": str(product_id)}]})
    awaited = exists().where(ScheduledChange.state == "scheduled", named)
    return bool(uow.session.scalar(select(awaited)))


def _changed(uow: UnitOfWork, product: Product) -> None:
    product.version += 1
    product.modified_at = uow.now
    uow.publish(
        ProductRetired(
            product_id=product.id,
            name=product.name,
            is_retired=product.retired_at is not None,
            limits=ProductLimits(**product.limits),
        )
    )
