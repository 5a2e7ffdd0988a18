"""What customers' banks dispute: noted as the gateway tells of it, in whatever order and however often.

While the bank has the money, nothing of the payment is given back: the customer would have it twice. A bank
that only asks has taken nothing, and giving the money back is the usual answer.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from kernel.contracts import plugins
from kernel.contracts.events import DisputeEnded, PaymentDisputed, PaymentInquired
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.books.ledger import book, book_disputed
from services.billing.locks import lock_payment
from services.billing.models import Dispute, Payment
from services.billing.models.disputes import COSTLY_DISPUTES, ENDED, OPEN_DISPUTES, STAGES


def note_dispute(uow: UnitOfWork, gateway: str, told: plugins.Dispute) -> Dispute | None:
    """Note how a dispute stands; None when its charge is none of this network's.

    Idempotent by the gateway's name for it, and by how many movements are known: each is booked once.
    """
    paid = select(Payment.id).where(
        Payment.gateway == gateway, Payment.gateway_reference == told.charge, Payment.gateway_reference != ""
    )
    payment_id = uow.session.scalar(paid.order_by(Payment.created_at).limit(1))
    if payment_id is None:
        return None
    payment = lock_payment(uow, payment_id)
    known = _known(uow, gateway, told)
    dispute = known or _write_down(uow, payment, gateway, told)
    moved = _new_movements(dispute, told)
    if moved is not None:
        _move(uow, payment, dispute, moved)
        _note_state(uow, payment, dispute, told, moved, is_new=known is None)
        _take_fee(uow, payment, dispute, told)
        dispute.modified_at = payment.modified_at = uow.now
        let_status_follow(uow, payment)
    return dispute


def let_status_follow(uow: UnitOfWork, payment: Payment) -> None:
    """A payment is disputed while a bank has, or takes, any of its money; then it is what its refunds say."""
    uow.session.flush()
    has_open = select(Dispute.id).where(Dispute.payment_id == payment.id, Dispute.status.in_(OPEN_DISPUTES))
    if payment.disputed or uow.session.scalar(has_open.limit(1)) is not None:
        payment.status = "disputed"
    elif payment.status == "disputed":
        payment.status = "completed"
        payment.note_refunds()


def told_of(payment: Payment, dispute: Dispute) -> dict[str, Any]:
    """Return what every event of a dispute says."""
    return {
        "dispute_id": dispute.id,
        "payment_id": payment.id,
        "customer_id": payment.customer_id,
        "number": payment.number,
        "amount": dispute.money,
    }


def _known(uow: UnitOfWork, gateway: str, told: plugins.Dispute) -> Dispute | None:
    same = select(Dispute).where(Dispute.gateway == gateway, Dispute.reference == told.reference)
    return uow.session.scalar(same.with_for_update().execution_options(populate_existing=True))


def _write_down(uow: UnitOfWork, payment: Payment, gateway: str, told: plugins.Dispute) -> Dispute:
    """Note a dispute that is heard of for the first time, as one that has not begun to move anything."""
    dispute = Dispute(
        id=new_id(),
        payment_id=payment.id,
        gateway=gateway,
        reference=told.reference,
        status="inquiry",
        currency=told.money.currency,
        amount=told.money.amount,
        taken=0,
        movements=0,
        fee=0,
        fee_currency="",
        reason=told.reason,
        created_at=uow.now,
        modified_at=uow.now,
    )
    uow.add(dispute)
    return dispute


def _new_movements(dispute: Dispute, told: plugins.Dispute) -> Sequence[int] | None:
    """Return what moved since it was last heard of; None when this is older than what is known."""
    if told.moved is None:
        is_late = STAGES[told.state] < STAGES[dispute.status]
        wanted = dispute.amount if told.state in COSTLY_DISPUTES else 0
        more = wanted - dispute.taken
        return None if is_late else [more] if more else []
    return None if len(told.moved) < dispute.movements else told.moved[dispute.movements :]


def _move(uow: UnitOfWork, payment: Payment, dispute: Dispute, moved: Sequence[int]) -> None:
    """Book each movement, in its order; one in another currency waits for a person, who knows what it was."""
    for amount in moved:
        dispute.movements += 1
        dispute.taken += amount
        if dispute.currency != payment.currency:
            dispute.held_at = uow.now
            continue
        payment.disputed += amount
        way = "taken" if amount > 0 else "returned"
        book_disputed(uow, payment, amount, step=f"dispute:{dispute.id}:{dispute.movements}:{way}")


def _note_state(
    uow: UnitOfWork,
    payment: Payment,
    dispute: Dispute,
    told: plugins.Dispute,
    moved: Sequence[int],
    *,
    is_new: bool,
) -> None:
    """Say what it is now; unless money moved, a state that lies before the one that is known is late news."""
    before = dispute.status
    if not moved and STAGES[told.state] < STAGES[before]:
        return
    dispute.status = told.state
    if told.state == "inquiry" and is_new:
        uow.publish(PaymentInquired(**told_of(payment, dispute), reason=told.reason))
    elif before == "inquiry" and told.state in COSTLY_DISPUTES | {"won"}:
        uow.publish(PaymentDisputed(**told_of(payment, dispute), reason=told.reason))
    if told.state in ENDED and told.state != before:
        dispute.decided_at = uow.now
        came_again = dispute.money.model_copy(update={"amount": -sum(one for one in moved if one < 0)})
        uow.publish(DisputeEnded(**told_of(payment, dispute), returned=came_again, outcome=told.state))


def _take_fee(uow: UnitOfWork, payment: Payment, dispute: Dispute, told: plugins.Dispute) -> None:
    """Book what the gateway took for the dispute since it was last heard of; it tells the whole fee."""
    more = (told.fee.amount if told.fee else 0) - dispute.fee
    if told.fee is None or more <= 0:
        return
    dispute.fee, dispute.fee_currency = told.fee.amount, told.fee.currency
    book(
        uow,
        cause=f"payment:{payment.id}:dispute:{dispute.id}:fee:{dispute.fee}",
        act="fee",
        currency=dispute.fee_currency,
        amounts={"fees": more, "gateway_clearing": -more},
        payment_id=payment.id,
    )
