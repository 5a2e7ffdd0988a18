"""Reading refunds: one, a payment's, a network's newest first, and how many wait for a person."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from kernel.contracts import refunds as contract
from kernel.contracts.money import Money
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.billing.gateways.configured import MANUAL
from services.billing.models import Dispute, Payment, Refund
from services.billing.models.payments import REFUNDABLE
from services.billing.models.refunds import UNSETTLED_REFUNDS
from services.billing.queries.waiting import count_waiting

NEEDS_PERSON = Refund.state == "dead"
"""Only what is not settled can be given up: settling a refund ends its work."""


def refund(uow: UnitOfWork, refund_id: UUID) -> contract.Refund:
    """Return one refund. Raises NotFound."""
    found = uow.session.execute(_refunds().where(Refund.id == refund_id)).one_or_none()
    if found is None:
        raise NotFound(Refund.missing)
    return refund_of(found.Refund, found.number, found.customer_id)


def refunds(uow: UnitOfWork, asked: contract.RefundQuery) -> contract.Refunds:
    """Return a page of the network's refunds, newest first. Raises CursorNotValid."""
    chosen = _refunds()
    if asked.which is not None:
        chosen = chosen.where(_narrowed(asked.which))
    if asked.after:
        beside = TimeCursor.read(asked.after, of="refunds", field="after")
        chosen = chosen.where(tuple_(Refund.created_at, Refund.id) < (beside.value, beside.id))
    newest = chosen.order_by(Refund.created_at.desc(), Refund.id.desc()).limit(asked.limit + 1)
    found = uow.session.execute(newest).all()
    shown = [refund_of(row.Refund, row.number, row.customer_id) for row in found[: asked.limit]]
    return contract.Refunds(items=shown, after=_after(shown[-1]) if len(found) > asked.limit else None)


def balance(uow: UnitOfWork, payment_id: UUID) -> contract.PaymentBalance:
    """Return what of a payment has gone back, what may still, and what was lost. Raises NotFound."""
    payment = uow.get(Payment, payment_id)
    disputes = select(Dispute).where(Dispute.payment_id == payment_id).order_by(Dispute.created_at.desc())
    return contract.PaymentBalance(
        payment_id=payment.id,
        number=payment.number,
        customer_id=payment.customer_id,
        status=payment.status,
        is_by_hand=payment.gateway == MANUAL,
        has_membership=payment.membership_id is not None,
        captured=payment.money(payment.captured),
        refunded=payment.money(payment.refunded),
        on_its_way=payment.money(payment.reserved - payment.refunded),
        disputed=payment.money(payment.disputed),
        left=payment.money(payment.refundable if payment.status in REFUNDABLE else 0),
        lost=payment.money(max(0, payment.refunded + payment.disputed - payment.captured)),
        refunds=[refund_of(refund, payment.number, payment.customer_id) for refund in payment.refunds[::-1]],
        disputes=[_dispute(dispute) for dispute in uow.session.scalars(disputes)],
    )


def alert(uow: UnitOfWork) -> contract.RefundAlert:
    """Return how many refunds, and payments, wait for a person."""
    waiting = select(func.count()).select_from(Refund).where(NEEDS_PERSON)
    return contract.RefundAlert(needs_person=uow.session.scalar(waiting) or 0, payments=count_waiting(uow))


def refund_of(row: Refund, payment_number: int, customer_id: UUID) -> contract.Refund:
    is_waiting = row.state in {"due", "leased"}
    return contract.Refund(
        id=row.id,
        payment_id=row.payment_id,
        payment_number=payment_number,
        customer_id=customer_id,
        amount=row.money,
        asked=Money(amount=row.asked, currency=row.currency) if row.asked else None,
        reason=row.reason,
        status=row.status,
        effect=row.effect,
        gateway=row.gateway,
        reference=row.reference,
        origin=row.origin,
        failure=row.failure,
        is_settled=row.status not in UNSETTLED_REFUNDS,
        needs_person=row.state == "dead",
        attempts=row.attempts,
        asks_again_at=row.due_at if is_waiting else None,
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        settled_at=row.settled_at,
    )


def _dispute(row: Dispute) -> contract.Dispute:
    return contract.Dispute(
        id=row.id,
        payment_id=row.payment_id,
        status=row.status,
        amount=row.money,
        taken=Money(amount=row.taken, currency=row.currency),
        is_held=row.held_at is not None,
        fee=Money(amount=row.fee, currency=row.fee_currency) if row.fee else None,
        reason=row.reason,
        gateway=row.gateway,
        reference=row.reference,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )


def _refunds() -> Select[Refund, int, UUID]:
    same = (Payment.network_id == Refund.network_id) & (Payment.id == Refund.payment_id)
    return select(Refund, Payment.number, Payment.customer_id).join(Payment, same)


def _narrowed(which: contract.Which) -> ColumnElement[bool]:
    if which == "needs_person":
        return NEEDS_PERSON
    if which == "unsettled":
        return Refund.settled_at.is_(None)
    return Refund.status == which


def _after(last: contract.Refund) -> str:
    return TimeCursor(list="refunds", value=last.created_at, id=last.id).written()
