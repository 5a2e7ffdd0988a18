"""What customers' banks dispute: noted as the gateway tells of it, in whatever order and however often.

While the bank has the money, nothing of the payment is given back: the customer would have it twice.
"""

from sqlalchemy import select

from kernel.contracts import plugins
from kernel.contracts.events import DisputeEnded, PaymentDisputed
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.books.ledger import book, book_disputed
from services.billing.locks import lock_payment
from services.billing.models import Dispute, Payment
from services.billing.models.disputes import COSTLY_DISPUTES, OPEN_DISPUTES


def note_dispute(uow: UnitOfWork, gateway: str, told: plugins.Dispute) -> Dispute | None:
    """Note how a dispute stands; None when its charge is none of this network's.

    Idempotent by the gateway's name for it. One that has ended is not opened again by an older message.
    """
    paid = select(Payment.id).where(
        Payment.gateway == gateway, Payment.gateway_reference == told.charge, Payment.gateway_reference != ""
    )
    payment_id = uow.session.scalar(paid.order_by(Payment.created_at).limit(1))
    if payment_id is None:
        return None
    payment = lock_payment(uow, payment_id)
    dispute = _known(uow, gateway, told) or _open(uow, payment, gateway, told)
    if told.state not in OPEN_DISPUTES and dispute.status != told.state:
        _end(uow, payment, dispute, told)
    elif dispute.status in OPEN_DISPUTES:
        dispute.status = told.state
    _take_fee(uow, payment, dispute, told)
    dispute.modified_at = payment.modified_at = uow.now
    _let_status_follow(uow, payment)
    return dispute


def _known(uow: UnitOfWork, gateway: str, told: plugins.Dispute) -> Dispute | None:
    same = select(Dispute).where(Dispute.gateway == gateway, Dispute.reference == told.reference)
    return uow.session.scalar(same.with_for_update().execution_options(populate_existing=True))


def _open(uow: UnitOfWork, payment: Payment, gateway: str, told: plugins.Dispute) -> Dispute:
    """Note a dispute that is heard of for the first time, also one that has ended already."""
    dispute = Dispute(
        id=new_id(),
        payment_id=payment.id,
        gateway=gateway,
        reference=told.reference,
        status="needs_response",
        currency=told.money.currency,
        amount=told.money.amount,
        fee=0,
        fee_currency="",
        reason=told.reason,
        created_at=uow.now,
        modified_at=uow.now,
    )
    uow.add(dispute)
    _take(uow, payment, dispute, dispute.amount, step="opened")
    uow.publish(
        PaymentDisputed(
            dispute_id=dispute.id,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            number=payment.number,
            amount=dispute.money,
            reason=told.reason,
        )
    )
    return dispute


def _end(uow: UnitOfWork, payment: Payment, dispute: Dispute, told: plugins.Dispute) -> None:
    """Let the dispute end so; what the bank no longer has comes again, and what it has after all goes."""
    had, has = dispute.status in COSTLY_DISPUTES, told.state in COSTLY_DISPUTES
    returned = dispute.amount * (had - has)
    if returned:
        _take(uow, payment, dispute, -returned, step=told.state)
    dispute.status, dispute.decided_at = told.state, uow.now
    uow.publish(
        DisputeEnded(
            dispute_id=dispute.id,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            number=payment.number,
            amount=dispute.money,
            returned=payment.money(returned),
            outcome=told.state,
        )
    )


def _take(uow: UnitOfWork, payment: Payment, dispute: Dispute, amount: int, *, step: str) -> None:
    payment.disputed += amount
    book_disputed(uow, payment, amount, step=f"dispute:{dispute.id}:{step}")


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


def _let_status_follow(uow: UnitOfWork, payment: Payment) -> None:
    """A payment is disputed while a bank has any of its money; then it is again what its refunds say."""
    uow.session.flush()
    if payment.disputed:
        payment.status = "disputed"
    elif payment.status == "disputed":
        payment.status = "completed"
        payment.note_refunds()
