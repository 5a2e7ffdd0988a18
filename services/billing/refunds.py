"""Give money back."""

from uuid import UUID

from kernel.contracts.events import PaymentRefunded
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.ledger import book_refunded
from services.billing.models import Payment, Refund


def record_refund(uow: UnitOfWork, payment_id: UUID, money: Money, *, reason: str) -> Refund:
    """Write down money that a person gave back; raises RefundTooLarge and PaymentNotRefundable.

    The row lock makes two admins who click at once queue up, so the second sees what is left.
    """
    payment = uow.get(Payment, payment_id, lock=True)
    payment.check_refundable(money)
    refund_id = new_id()
    refund = Refund(
        id=refund_id,
        state="done",
        status="succeeded",
        currency=money.currency,
        amount=money.amount,
        reason=reason,
        gateway="manual",
        key=f"refund:{refund_id}",
        reference=f"manual:refund:{refund_id}",
        created_at=uow.now,
        submitted_at=uow.now,
        settled_at=uow.now,
    )
    payment.refunds.append(refund)
    note_sums(uow, payment)
    payment.modified_at = uow.now
    book_refunded(uow, payment, refund)
    uow.publish(
        PaymentRefunded(
            refund_id=refund.id,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            number=payment.number,
            amount=money,
        )
    )
    return refund


def note_sums(uow: UnitOfWork, payment: Payment) -> None:
    """Read what the triggers have added up since a refund changed, and let the status follow."""
    uow.session.flush()
    uow.session.refresh(payment, ["reserved", "refunded"])
    payment.note_refunds()
