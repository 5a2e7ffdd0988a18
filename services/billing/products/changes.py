"""Change the terms of a product; the memberships there are keep what was agreed."""

from uuid import UUID

from kernel.contracts.events import ProductChanged
from kernel.contracts.products import ProductChange, ProductTerms
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.models import Product
from services.billing.products.retirement import is_used
from services.billing.products.rules import NOT_SAVED, ProductNotValid, checked
from services.billing.products.sale import flush_slug, put, terms_of


class ChangedMeanwhile(Conflict):
    """Somebody else saved the product after the caller had looked at it."""


def change_product(uow: UnitOfWork, product_id: UUID, change: ProductChange) -> Product:
    """Save the terms, all of them or none; what is there already does nothing.

    Raises ChangedMeanwhile, ProductNotValid with every field that is wrong, NotFound.
    """
    product = uow.get(Product, product_id, lock=True)
    if change.seen is not None and product.version not in change.seen:
        raise ChangedMeanwhile(N_("Somebody else saved this product meanwhile. Nothing is saved."))
    before, after = terms_of(product), checked(change.terms)
    _refuse(uow, product, after)
    put(product, after)
    after = terms_of(product)
    if after == before:
        return product
    product.version += 1
    product.modified_at = uow.now
    flush_slug(uow)
    uow.publish(ProductChanged(product_id=product.id, name=product.name, before=before, after=after))
    return product


def _refuse(uow: UnitOfWork, product: Product, after: ProductTerms) -> None:
    """Raise ProductNotValid for what this product, as it stands, cannot become."""
    wrong = {}
    if product.retired_at is not None and after.is_active:
        wrong["is_active"] = N_("A retired product is not on sale. Bring it back first.")
    if product.kind != after.kind and is_used(uow, product.id):
        wrong["kind"] = N_("The kind stays, since somebody has this product. Make another product instead.")
    if wrong:
        raise ProductNotValid(NOT_SAVED, fields=wrong)
