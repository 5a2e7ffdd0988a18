"""Products of the billing service, as its callers see them."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.products import Product, ProductChange, ProductsList, ProductsQuery, ProductTerms
from kernel.contracts.repricing import Repricing, RepricingOrder, RepricingPreview


class ProductsClient(ServiceClient):
    """MONEY: what is sold."""

    def products(self, query: ProductsQuery) -> ProductsList:
        """Return a page of the products, and the count of each tab."""
        return self._get("/v1/products", ProductsList, query.model_dump(mode="json", exclude_none=True))

    def product(self, product_id: UUID) -> Product:
        """Return one product, with how many memberships have it."""
        return self._get(f"/v1/products/{product_id}", Product)

    def create_product(self, terms: ProductTerms) -> Product:
        """Add a product. Raises Invalid with the fields that are wrong."""
        return self._send("POST", "/v1/products", terms, Product)

    def change_product(self, product_id: UUID, change: ProductChange) -> Product:
        """Save a product. Raises Conflict ``ChangedMeanwhile``, Invalid with the fields that are wrong."""
        return self._send("PUT", f"/v1/products/{product_id}", change, Product)

    def retire_product(self, product_id: UUID) -> Product:
        """Take it off sale; who has it keeps it."""
        return self._send("POST", f"/v1/products/{product_id}/retire", None, Product)

    def bring_back_product(self, product_id: UUID) -> Product:
        """Sell a retired product again."""
        return self._send("POST", f"/v1/products/{product_id}/bring-back", None, Product)

    def repricing(self, product_id: UUID) -> RepricingPreview:
        """Return which running memberships would get the product's price, and what it is for them now."""
        return self._get(f"/v1/products/{product_id}/repricing", RepricingPreview)

    def order_repricing(self, product_id: UUID, order: RepricingOrder, *, key: str) -> Repricing:
        """Have them changed, each from its next period on. Raises Conflict when there is nothing to do."""
        return self._send("POST", f"/v1/products/{product_id}/repricing", order, Repricing, key=key)

    def delete_product(self, product_id: UUID) -> None:
        """Delete it for good. Raises Conflict when anything was ever sold of it."""
        self._tell("DELETE", f"/v1/products/{product_id}")
