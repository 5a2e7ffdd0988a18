"""What deleting a customer would meet here, and what it has stumbled on, over HTTP."""

from uuid import UUID

from flask import Response

from kernel.background import stumbled_on
from kernel.contracts.deletions import Trouble
from kernel.web import answer, needs, unit_of_work
from services.billing.api.blueprint import api
from services.billing.outlook import billing_outlook


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
