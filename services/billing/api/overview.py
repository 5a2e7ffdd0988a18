"""What a customer has and paid, and what is found by a number, over HTTP."""

from uuid import UUID

from flask import Response

from kernel.contracts.customers import SearchQuery
from kernel.web import answer, needs, query, unit_of_work
from services.billing.api.blueprint import api, own_customer
from services.billing.queries import overview as queries


@api.get("/customers/<uuid:customer_id>/billing")
@needs("billing.view")
def customer_billing(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.customer_billing(uow, customer_id))


@api.get("/own/billing")
@needs("own.view", visit="read")
def own_billing() -> Response:
    with unit_of_work() as uow:
        return answer(queries.customer_billing(uow, own_customer()))


@api.get("/search")
@needs("billing.view")
def search() -> Response:
    wanted = query(SearchQuery)
    with unit_of_work() as uow:
        return answer(queries.search(uow, wanted.q, wanted.limit))
