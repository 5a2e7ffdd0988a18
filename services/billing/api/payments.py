"""Payments over HTTP: the list, a page, and what is done with one."""

from uuid import UUID

from flask import Response

from kernel.contracts.payments import (
    CancelOrder,
    ChargeDecision,
    ChargeOrder,
    CompletionOrder,
    LineEdit,
    PaymentOrder,
    PaymentsNarrowed,
    PaymentsQuery,
)
from kernel.database import UnitOfWork
from kernel.web import answer, body, needs, query, streamed, unit_of_work
from services.billing.api.blueprint import api
from services.billing.api.once import once
from services.billing.payments import export as payments_export
from services.billing.payments import line_changes
from services.billing.payments.by_hand import add_by_hand, complete_by_hand
from services.billing.payments.charges import request_charge, withdraw_charge
from services.billing.payments.decisions import decide_charge
from services.billing.payments.late_money import keep_late_money
from services.billing.payments.lifecycle import cancel_payment
from services.billing.payments.pay_pages import look_sooner
from services.billing.queries import payment as pages
from services.billing.queries.payments import payments_list
from services.billing.queries.waiting import waiting_payments


@api.get("/payments")
@needs("billing.view")
def payments() -> Response:
    wanted = query(PaymentsQuery)
    with unit_of_work() as uow:
        return answer(payments_list(uow, wanted))


@api.post("/payments/exports")
@needs("billing.view")
def export_payments() -> Response:
    wanted = body(PaymentsNarrowed)
    with unit_of_work() as uow:
        payments_export.note_export(uow, wanted)
    return streamed(payments_export.file_of(unit_of_work, wanted), "text/csv; charset=utf-8")


@api.post("/payments")
@needs("billing.edit")
@once
def add_payment(uow: UnitOfWork) -> Response:
    made = add_by_hand(uow, body(PaymentOrder))
    return answer(pages.payment(uow, made.id), 201)


@api.get("/payments/<uuid:payment_id>")
@needs("billing.view")
def payment(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(pages.payment(uow, payment_id))


@api.post("/payments/<uuid:payment_id>/lines")
@needs("billing.edit")
@once
def add_line(uow: UnitOfWork, payment_id: UUID) -> Response:
    edit = body(LineEdit)
    line_changes.add_line(uow, payment_id, edit, seen=edit.seen)
    return answer(pages.payment(uow, payment_id), 201)


@api.put("/payments/<uuid:payment_id>/lines/<uuid:line_id>")
@needs("billing.edit")
def change_line(payment_id: UUID, line_id: UUID) -> Response:
    edit = body(LineEdit)
    with unit_of_work() as uow:
        line_changes.change_line(uow, payment_id, line_id, edit, seen=edit.seen)
        return answer(pages.payment(uow, payment_id))


@api.delete("/payments/<uuid:payment_id>/lines/<uuid:line_id>")
@needs("billing.edit")
def remove_line(payment_id: UUID, line_id: UUID) -> Response:
    with unit_of_work() as uow:
        line_changes.remove_line(uow, payment_id, line_id)
        return answer(pages.payment(uow, payment_id))


@api.post("/payments/<uuid:payment_id>/completion")
@needs("billing.edit")
@once
def complete(uow: UnitOfWork, payment_id: UUID) -> Response:
    complete_by_hand(uow, payment_id, reference=body(CompletionOrder).reference)
    return answer(pages.payment(uow, payment_id))


@api.post("/payments/<uuid:payment_id>/charges")
@needs("billing.edit")
@once
def charge(uow: UnitOfWork, payment_id: UUID) -> Response:
    request_charge(uow, payment_id, method_id=body(ChargeOrder).method_id)
    return answer(pages.payment(uow, payment_id), 202)


@api.post("/payments/<uuid:payment_id>/charges/end")
@needs("billing.edit")
def end_page(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        withdraw_charge(uow, payment_id)
        return answer(pages.payment(uow, payment_id))


@api.post("/payments/<uuid:payment_id>/charges/look")
@needs("billing.edit")
def look_at_charge(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        look_sooner(uow, payment_id)
        return answer(pages.payment(uow, payment_id))


@api.get("/payments/waiting")
@needs("billing.view")
def payments_that_wait() -> Response:
    with unit_of_work() as uow:
        return answer(waiting_payments(uow))


@api.post("/payments/<uuid:payment_id>/charges/<uuid:charge_id>/decision")
@needs("billing.edit")
@once
def decide_about_charge(uow: UnitOfWork, payment_id: UUID, charge_id: UUID) -> Response:
    said = body(ChargeDecision)
    decided = decide_charge(uow, payment_id, charge_id, **dict(said))
    return answer(pages.payment(uow, decided.payment_id))


@api.post("/payments/<uuid:payment_id>/keeping")
@needs("billing.edit")
@once
def keep(uow: UnitOfWork, payment_id: UUID) -> Response:
    keep_late_money(uow, payment_id)
    return answer(pages.payment(uow, payment_id))


@api.post("/payments/<uuid:payment_id>/cancellation")
@needs("billing.edit")
@once
def cancel(uow: UnitOfWork, payment_id: UUID) -> Response:
    cancel_payment(uow, payment_id, reason=body(CancelOrder).reason)
    return answer(pages.payment(uow, payment_id))
