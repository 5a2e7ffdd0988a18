"""Products over HTTP."""

from uuid import UUID

from flask import Response

from kernel.contracts.products import ProductChange, ProductsQuery, ProductTerms
from kernel.web import answer, body, needs, nothing, query, unit_of_work
from services.billing.api.blueprint import api
from services.billing.products import changes as product_changes
from services.billing.products import retirement
from services.billing.products import sale as products
from services.billing.queries import products as queries


@api.get("/products")
@needs("billing.view")
def products_list() -> Response:
    asked = query(ProductsQuery)
    with unit_of_work() as uow:
        return answer(queries.products_list(uow, asked))


@api.post("/products")
@needs("billing.edit")
def create_product() -> Response:
    terms = body(ProductTerms)
    with unit_of_work() as uow:
        made = products.add_product(uow, terms)
        return answer(queries.product(uow, made.id), 201)


@api.get("/products/<uuid:product_id>")
@needs("billing.view")
def product(product_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.product(uow, product_id))


@api.put("/products/<uuid:product_id>")
@needs("billing.edit")
def change_product(product_id: UUID) -> Response:
    change = body(ProductChange)
    with unit_of_work() as uow:
        product_changes.change_product(uow, product_id, change)
        return answer(queries.product(uow, product_id))


@api.post("/products/<uuid:product_id>/retire")
@needs("billing.edit")
def retire_product(product_id: UUID) -> Response:
    with unit_of_work() as uow:
        retirement.retire_product(uow, product_id)
        return answer(queries.product(uow, product_id))


@api.post("/products/<uuid:product_id>/bring-back")
@needs("billing.edit")
def bring_back_product(product_id: UUID) -> Response:
    with unit_of_work() as uow:
        retirement.bring_back_product(uow, product_id)
        return answer(queries.product(uow, product_id))


@api.delete("/products/<uuid:product_id>")
@needs("billing.edit")
def delete_product(product_id: UUID) -> Response:
    with unit_of_work() as uow:
        retirement.delete_product(uow, product_id)
    return nothing()
