"""Products: what is sold, for how much, and what a site may use of it."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import idempotency_key, operation
from gateway.api.versions import CHANGED, precondition, seen_versions, tag_of
from kernel.contracts.products import Product, ProductChange, ProductsList, ProductsQuery, ProductTerms
from kernel.contracts.repricing import Repricing, RepricingOrder, RepricingPreview
from kernel.errors import Conflict
from kernel.http import body, query


@blueprint.get("/products")
@operation(scope="billing.view", query=ProductsQuery, answers=ProductsList)
def products() -> ProductsList:
    """A page of the products in their order, and the count of each tab."""
    return api_services().billing.products(query(ProductsQuery))


@blueprint.post("/products")
@operation(
    scope="billing.edit",
    body=ProductTerms,
    answers=Product,
    etag=tag_of,
    makes=lambda made: f"/api/v1/products/{made.id}",
)
def create_product() -> Product:
    """Add a product; amounts are in minor units, a price without a period is paid once."""
    return api_services().billing.create_product(body(ProductTerms))


@blueprint.get("/products/<uuid:product_id>")
@operation(scope="billing.view", answers=Product, etag=tag_of)
def product(product_id: UUID) -> Product:
    """One product, with how many memberships have it."""
    return api_services().billing.product(product_id)


@blueprint.put("/products/<uuid:product_id>")
@operation(scope="billing.edit", body=ProductTerms, answers=Product, etag=tag_of, is_conditional=True)
def change_product(product_id: UUID) -> Product:
    """Replace the terms of a product; the memberships there are keep the price that was agreed."""
    change = ProductChange(seen=seen_versions(), terms=body(ProductTerms))
    try:
        return api_services().billing.change_product(product_id, change)
    except Conflict as reason:
        if reason.code == CHANGED:
            raise precondition(reason) from reason
        raise


@blueprint.get("/products/<uuid:product_id>/repricing")
@operation(scope="billing.view", answers=RepricingPreview)
def repricing(product_id: UUID) -> RepricingPreview:
    """Which running memberships would get the product's price, and what it is for them now."""
    return api_services().billing.repricing(product_id)


@blueprint.post("/products/<uuid:product_id>/repricing")
@operation(
    scope="billing.edit",
    body=RepricingOrder,
    answers=Repricing,
    makes=lambda made: f"/api/v1/products/{made.product_id}/repricing",
    is_begun=True,
    moves_money=True,
)
def order_repricing(product_id: UUID) -> Repricing:
    """Give running memberships the product's price, each from its next period on; carried out in batches."""
    order = body(RepricingOrder)
    return api_services().billing.order_repricing(product_id, order, key=idempotency_key())


@blueprint.post("/products/<uuid:product_id>/retire")
@operation(scope="billing.edit", answers=Product, etag=tag_of)
def retire_product(product_id: UUID) -> Product:
    """Take a product off sale; who has it keeps it."""
    return api_services().billing.retire_product(product_id)


@blueprint.post("/products/<uuid:product_id>/bring-back")
@operation(scope="billing.edit", answers=Product, etag=tag_of)
def bring_back_product(product_id: UUID) -> Product:
    """Sell a retired product again."""
    return api_services().billing.bring_back_product(product_id)


@blueprint.delete("/products/<uuid:product_id>")
@operation(scope="billing.edit")
def delete_product(product_id: UUID) -> None:
    """Delete a product for good; 409 when anything was ever sold of it: retire it instead."""
    api_services().billing.delete_product(product_id)
