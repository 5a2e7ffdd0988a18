"""What happened to products; their terms travel along, so that other services copy what they need."""

from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened
from kernel.contracts.products import ProductLimits, ProductTerms


class ProductCreated(Happened):
    """``terms`` is None in what was written before they travelled along."""

    type: Literal["product.created"] = "product.created"
    product_id: UUID
    name: str
    terms: ProductTerms | None = None


class ProductChanged(Happened):
    """``before`` and ``after`` are whole; the memberships there are keep what was agreed."""

    type: Literal["product.changed"] = "product.changed"
    product_id: UUID
    name: str
    before: ProductTerms
    after: ProductTerms


class ProductRetired(Happened):
    """It is sold to nobody any more, or again: ``is_retired``. Who has it keeps it, and its limits."""

    type: Literal["product.retired"] = "product.retired"
    product_id: UUID
    name: str
    is_retired: bool
    limits: ProductLimits


class ProductDeleted(Happened):
    """Nobody ever had it."""

    type: Literal["product.deleted"] = "product.deleted"
    product_id: UUID
    name: str


ProductEvent = ProductCreated | ProductChanged | ProductRetired | ProductDeleted
