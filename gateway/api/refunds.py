"""Refunds: asked for, looked at, and decided by a person where no gateway answers."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import idempotency_key, operation
from kernel.contracts.refunds import (
    DisputeSaid,
    PaymentBalance,
    Refund,
    RefundDecision,
    RefundOrder,
    RefundQuery,
    Refunds,
)
from kernel.http import body, query


@blueprint.get("/refunds")
@operation(scope="billing.view", query=RefundQuery, answers=Refunds)
def refunds() -> Refunds:
    """The network's refunds, newest first."""
    return api_services().billing.refunds(query(RefundQuery))


@blueprint.get("/refunds/<uuid:refund_id>")
@operation(scope="billing.view", answers=Refund)
def refund(refund_id: UUID) -> Refund:
    """One refund, and what became of it."""
    return api_services().billing.refund(refund_id)


@blueprint.get("/payments/<uuid:payment_id>/refunds")
@operation(scope="billing.view", answers=PaymentBalance)
def payment_balance(payment_id: UUID) -> PaymentBalance:
    """What of a payment went back and what may still, with its refunds and disputes."""
    return api_services().billing.payment_balance(payment_id)


@blueprint.post("/payments/<uuid:payment_id>/refunds")
@operation(
    scope="billing.refund",
    body=RefundOrder,
    answers=Refund,
    makes=lambda made: f"/api/v1/refunds/{made.id}",
    is_begun=True,
    moves_money=True,
)
def create_refund(payment_id: UUID) -> Refund:
    """Give money of a payment back; `Location` says where to look what became of it."""
    return api_services().billing.request_refund(payment_id, body(RefundOrder), key=idempotency_key())


@blueprint.post("/disputes/<uuid:dispute_id>/amount")
@operation(scope="billing.edit", body=DisputeSaid, answers=PaymentBalance, moves_money=True)
def say_what_was_disputed(dispute_id: UUID) -> PaymentBalance:
    """Say what a bank has of a payment that it disputes in another currency, and how you know."""
    return api_services().billing.write_down_dispute(dispute_id, body(DisputeSaid), key=idempotency_key())


@blueprint.post("/refunds/<uuid:refund_id>/questions")
@operation(scope="billing.refund", answers=Refund, moves_money=True)
def ask_about_refund(refund_id: UUID) -> Refund:
    """Have the payment gateway asked once more about a refund that waits for a person."""
    return api_services().billing.ask_about_refund(refund_id, key=idempotency_key())


@blueprint.post("/refunds/<uuid:refund_id>/decision")
@operation(scope="billing.refund", body=RefundDecision, answers=Refund, moves_money=True)
def decide_about_refund(refund_id: UUID) -> Refund:
    """Say of a refund that waits for a person whether its money went back, and how you know."""
    return api_services().billing.decide_refund(refund_id, body(RefundDecision), key=idempotency_key())
