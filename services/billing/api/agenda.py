"""What comes next for a membership, over HTTP."""

from uuid import UUID

from flask import Response

from kernel.database import UnitOfWork
from kernel.web import answer, needs, nothing, unit_of_work
from services.billing.agenda.renewals import ask_again
from services.billing.api.blueprint import api
from services.billing.api.once import once
from services.billing.queries.coming import what_comes


@api.get("/memberships/<uuid:membership_id>/coming")
@needs("billing.view")
def coming(membership_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(what_comes(uow, membership_id))


@api.post("/memberships/<uuid:membership_id>/bill")
@needs("billing.edit")
@once
def bill_again(uow: UnitOfWork, membership_id: UUID) -> Response:
    ask_again(uow, membership_id)
    return nothing()
