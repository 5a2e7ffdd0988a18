"""Memberships over HTTP."""

from uuid import UUID

from flask import Response

from kernel.contracts.billing import PendingStarted
from kernel.web import answer, needs, unit_of_work
from services.billing.api.blueprint import api
from services.billing.memberships import start_left_pending
from services.billing.queries import overview as queries


@api.get("/memberships/<uuid:membership_id>")
@needs("billing.view")
def membership(membership_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.membership(uow, membership_id))


@api.post("/customers/<uuid:customer_id>/memberships/start-pending")
@needs("billing.edit")
def start_pending(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(PendingStarted(number=start_left_pending(uow, customer_id)))
