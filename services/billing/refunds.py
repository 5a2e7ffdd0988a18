"""Give money back."""

from uuid import UUID

from kernel.contracts.events import PaymentRefunded
from kernel.contracts.money import Money
from kernel.contracts.plugins import Order
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.models import Payment, Refund
from services.billing.payment_gateways.manual import ManualConfig, ManualGateway


def record_refund(uow: UnitOfWork, payment_id: UUID, money: Money, *, reason: str) -> Refund:
    """Write down money that a person gave back; raises RefundTooLarge and PaymentNotRefundable.

    The row lock makes two admins who click at once queue up, so the second sees what is left.
    """
    payment = uow.get(Payment, payment_id, lock=True)
    refund = Refund(
        id=new_id(),
        currency=money.currency,
        amount=money.amount,
        reason=reason,
        gateway="manual",
        created_at=uow.now,
    )
    order = Order(key=f"refund:{refund.id}", reference=payment.gateway_reference, money=money)
    refund.reference = ManualGateway(ManualConfig()).refund(order).reference
    payment.give_back(refund)
    payment.modified_at = uow.now
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
