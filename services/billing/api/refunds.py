"""Refunds over HTTP."""

from uuid import UUID

from flask import Response

from kernel.contracts.refunds import DisputeSaid, RefundDecision, RefundOrder, RefundQuery
from kernel.database import UnitOfWork
from kernel.web import answer, body, needs, query, unit_of_work
from services.billing.api.blueprint import api
from services.billing.api.once import once
from services.billing.payments.dispute_decisions import write_down_dispute
from services.billing.queries import refunds as queries
from services.billing.refunds.decisions import ask_again, decide_refund
from services.billing.refunds.lifecycle import request_refund


@api.get("/refunds")
@needs("billing.view")
def refunds() -> Response:
    wanted = query(RefundQuery)
    with unit_of_work() as uow:
        return answer(queries.refunds(uow, wanted))


@api.get("/refunds/alert")
@needs("billing.view")
def refund_alert() -> Response:
    with unit_of_work() as uow:
        return answer(queries.alert(uow))


@api.get("/refunds/<uuid:refund_id>")
@needs("billing.view")
def refund(refund_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.refund(uow, refund_id))


@api.get("/payments/<uuid:payment_id>/refunds")
@needs("billing.view")
def payment_balance(payment_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.balance(uow, payment_id))


@api.post("/payments/<uuid:payment_id>/refunds")
@needs("billing.refund")
@once
def create_refund(uow: UnitOfWork, payment_id: UUID) -> Response:
    order = body(RefundOrder)
    made = request_refund(uow, payment_id, order.amount, **order.model_dump(exclude={"amount"}))
    return answer(queries.refund(uow, made.id), 202)


@api.post("/disputes/<uuid:dispute_id>/amount")
@needs("billing.edit")
@once
def say_what_was_disputed(uow: UnitOfWork, dispute_id: UUID) -> Response:
    said = body(DisputeSaid)
    written = write_down_dispute(uow, dispute_id, said.amount, reason=said.reason)
    return answer(queries.balance(uow, written.payment_id))


@api.post("/refunds/<uuid:refund_id>/questions")
@needs("billing.refund")
@once
def ask_about_refund(uow: UnitOfWork, refund_id: UUID) -> Response:
    ask_again(uow, refund_id)
    return answer(queries.refund(uow, refund_id), 202)


@api.post("/refunds/<uuid:refund_id>/decision")
@needs("billing.refund")
@once
def decide_about_refund(uow: UnitOfWork, refund_id: UUID) -> Response:
    wanted = body(RefundDecision)
    decide_refund(uow, refund_id, has_gone=wanted.has_gone, reason=wanted.reason)
    return answer(queries.refund(uow, refund_id))
