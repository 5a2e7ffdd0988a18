"""Memberships over HTTP: their list, as pages and as a file, and each."""

from uuid import UUID

from flask import Response

from kernel.contracts.billing import PendingStarted
from kernel.contracts.memberships import MembershipsNarrowed, MembershipsQuery
from kernel.web import answer, body, needs, query, streamed, unit_of_work
from services.billing import membership_export
from services.billing.api.blueprint import api
from services.billing.memberships import start_left_pending
from services.billing.queries import overview as queries
from services.billing.queries.memberships_list import memberships_list


@api.get("/memberships")
@needs("billing.view")
def list_memberships() -> Response:
    asked = query(MembershipsQuery)
    with unit_of_work() as uow:
        return answer(memberships_list(uow, asked))


@api.post("/memberships/exports")
@needs("billing.view")
def export_memberships() -> Response:
    wanted = body(MembershipsNarrowed)
    with unit_of_work() as uow:
        membership_export.note_export(uow, wanted)
    return streamed(membership_export.pieces_of(unit_of_work, wanted), "text/csv; charset=utf-8")


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
