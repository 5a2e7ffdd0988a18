"""For admins who delete a customer: what would become of his sites."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.background import stumbled_on
from kernel.contracts.deletions import Trouble
from kernel.web import answer, needs, unit_of_work
from services.sites.outlook import sites_outlook

api = Blueprint("deletions", __name__, url_prefix="/v1")


@api.get("/customers/<uuid:customer_id>/deletion-outlook")
@needs("customers.delete")
def outlook(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(sites_outlook(uow, customer_id))


@api.get("/deletions/<uuid:deletion_id>/trouble")
@needs("customers.delete")
def trouble(deletion_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(Trouble(error=stumbled_on(uow, deletion_id=deletion_id)))
