"""What billing answers over HTTP."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.background import stumbled_on
from kernel.contracts.customers import SearchQuery
from kernel.contracts.deletions import Trouble
from kernel.errors import N_, Forbidden
from kernel.web import answer, identity, needs, query, unit_of_work
from services.billing import queries
from services.billing.outlook import billing_outlook

api = Blueprint("billing", __name__, url_prefix="/v1")


class NoCustomer(Forbidden):
    """The caller owns nothing here: the account is nobody's customer."""


@api.get("/customers/<uuid:customer_id>/billing")
@needs("billing.view")
def customer_billing(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.customer_billing(uow, customer_id))


@api.get("/memberships/<uuid:membership_id>")
@needs("billing.view")
def membership(membership_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.membership(uow, membership_id))


@api.get("/payments/<uuid:payment_id>")
@needs("billing.view")
def payment(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.payment(uow, payment_id))


@api.get("/own/billing")
@needs("own.view")
def own_billing() -> Response:
    with unit_of_work() as uow:
        return answer(queries.customer_billing(uow, own_customer()))


@api.get("/customers/<uuid:customer_id>/deletion-outlook")
@needs("customers.delete")
def deletion_outlook(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(billing_outlook(uow, customer_id))


@api.get("/deletions/<uuid:deletion_id>/trouble")
@needs("customers.delete")
def deletion_trouble(deletion_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(Trouble(error=stumbled_on(uow, deletion_id=deletion_id)))


@api.get("/search")
@needs("billing.view")
def search() -> Response:
    wanted = query(SearchQuery)
    with unit_of_work() as uow:
        return answer(queries.search(uow, wanted.q, wanted.limit))


def own_customer() -> UUID:
    """Return the one customer whose things the caller may see. Raises NoCustomer."""
    customer_id = identity().customer_id
    if customer_id is None:
        raise NoCustomer(N_("This account belongs to no customer."))
    return customer_id
