"""Memberships over HTTP."""

from uuid import UUID

from flask import Response

from kernel.contracts import memberships as contracts
from kernel.contracts.billing import PendingStarted
from kernel.contracts.common import After
from kernel.database import UnitOfWork
from kernel.web import answer, body, needs, nothing, query, streamed, unit_of_work
from services.billing.api.blueprint import api
from services.billing.api.once import once
from services.billing.memberships import by_hand as new_memberships
from services.billing.memberships import cancellations, changes, edits, transfers
from services.billing.memberships import export as membership_export
from services.billing.memberships import lifecycle as memberships
from services.billing.queries import memberships as queries
from services.billing.queries.memberships_list import memberships_list


@api.get("/memberships")
@needs("billing.view")
def list_memberships() -> Response:
    asked = query(contracts.MembershipsQuery)
    with unit_of_work() as uow:
        return answer(memberships_list(uow, asked))


@api.post("/memberships/exports")
@needs("billing.view")
def export_memberships() -> Response:
    wanted = body(contracts.MembershipsNarrowed)
    with unit_of_work() as uow:
        membership_export.note_export(uow, wanted)
    return streamed(membership_export.file_of(unit_of_work, wanted), "text/csv; charset=utf-8")


@api.post("/memberships")
@needs("billing.edit")
@once
def add_membership(uow: UnitOfWork) -> Response:
    made = new_memberships.add_membership(uow, body(contracts.NewMembership))
    return _page(uow, made.id, 201)


@api.get("/memberships/<uuid:membership_id>")
@needs("billing.view")
def show_membership(membership_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.membership(uow, membership_id))


@api.patch("/memberships/<uuid:membership_id>")
@needs("billing.edit")
def edit_membership(membership_id: UUID) -> Response:
    edit = body(contracts.MembershipEdit)
    with unit_of_work() as uow:
        edits.edit_membership(uow, membership_id, edit)
        return _page(uow, membership_id)


@api.get("/memberships/<uuid:membership_id>/history")
@needs("billing.view")
def show_history(membership_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.history(uow, membership_id, query(After).after))


@api.get("/memberships/<uuid:membership_id>/periods")
@needs("billing.view")
def show_periods(membership_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.periods(uow, membership_id))


@api.post("/memberships/<uuid:membership_id>/status")
@needs("billing.edit")
def change_membership_status(membership_id: UUID) -> Response:
    order = body(contracts.StatusOrder)
    with unit_of_work() as uow:
        memberships.change_status(uow, membership_id, order.status, reason=order.reason, seen=order.seen)
        return _page(uow, membership_id)


@api.post("/memberships/<uuid:membership_id>/changes/preview")
@needs("billing.edit")
def preview_change(membership_id: UUID) -> Response:
    order = body(contracts.ChangeOrder)
    with unit_of_work() as uow:
        return answer(changes.preview_change(uow, membership_id, order))


@api.post("/memberships/<uuid:membership_id>/changes")
@needs("billing.edit")
@once
def change_products(uow: UnitOfWork, membership_id: UUID) -> Response:
    return answer(changes.change_products(uow, membership_id, body(contracts.ChangeOrder)))


@api.delete("/memberships/<uuid:membership_id>/changes")
@needs("billing.edit")
def withdraw_change(membership_id: UUID) -> Response:
    seen = query(contracts.VersionSeen).versions
    with unit_of_work() as uow:
        changes.withdraw_change(uow, membership_id, seen=seen)
    return nothing()


@api.post("/memberships/<uuid:membership_id>/lifetime")
@needs("billing.edit")
def convert_to_lifetime(membership_id: UUID) -> Response:
    order = body(contracts.MembershipReason)
    with unit_of_work() as uow:
        edits.convert_to_lifetime(uow, membership_id, reason=order.reason, seen=order.seen)
        return _page(uow, membership_id)


@api.post("/memberships/<uuid:membership_id>/cancellation")
@needs("billing.edit")
def cancel_membership(membership_id: UUID) -> Response:
    order = body(contracts.CancellationOrder)
    carry_out = cancellations.cancel_now if order.when == "now" else cancellations.cancel_at_period_end
    with unit_of_work() as uow:
        carry_out(uow, membership_id, cause=order.cause, reason=order.reason, seen=order.seen)
        return _page(uow, membership_id)


@api.delete("/memberships/<uuid:membership_id>/cancellation")
@needs("billing.edit")
def undo_cancellation(membership_id: UUID) -> Response:
    seen = query(contracts.VersionSeen).versions
    with unit_of_work() as uow:
        cancellations.undo_cancellation(uow, membership_id, seen=seen)
    return nothing()


@api.post("/memberships/<uuid:membership_id>/resubscription")
@needs("billing.edit")
@once
def resubscribe(uow: UnitOfWork, membership_id: UUID) -> Response:
    made = new_memberships.resubscribe(uow, membership_id, body(contracts.ResubscribeOrder))
    return _page(uow, made.id, 201)


@api.get("/memberships/<uuid:membership_id>/transfer")
@needs("billing.view")
def transfer_outlook(membership_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(transfers.transfer_outlook(uow, membership_id))


@api.post("/memberships/<uuid:membership_id>/transfer")
@needs("billing.edit")
def transfer_membership(membership_id: UUID) -> Response:
    order = body(contracts.TransferOrder)
    with unit_of_work() as uow:
        transfers.transfer_membership(uow, membership_id, order)
        return _page(uow, membership_id)


@api.post("/customers/<uuid:customer_id>/memberships/start-pending")
@needs("billing.edit")
def start_pending(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(PendingStarted(number=memberships.start_left_pending(uow, customer_id)))


def _page(uow: UnitOfWork, membership_id: UUID, status: int = 200) -> Response:
    uow.session.flush()
    return answer(queries.membership(uow, membership_id), status)
