"""Ask a customer for money, and note that it came or did not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.contracts.billing import PaymentKind
from kernel.contracts.events import PaymentCompleted, PaymentCreated, PaymentFailed
from kernel.database import UnitOfWork
from kernel.ids import new_id
from kernel.tombstones import require_alive
from services.billing.ledger import book_owed, book_received
from services.billing.lines import Item, priced_lines
from services.billing.models import DepartedCustomer, Payment
from services.billing.numbers import next_number


def create_payment(
    uow: UnitOfWork,
    *,
    customer_id: UUID,
    currency: str,
    items: Sequence[Item],
    discount: int = 0,
    membership_id: UUID | None = None,
    gateway: str = "manual",
    kind: PaymentKind = "other",
    due_at: datetime | None = None,
) -> Payment:
    """Make a pending payment of what the lines sum to; ``discount`` is on the whole. Raises Departed."""
    require_alive(uow, DepartedCustomer, customer_id)
    lines = priced_lines(items, currency=currency, discount=discount)
    payment = Payment(
        id=new_id(),
        number=next_number(uow, "payment"),
        customer_id=customer_id,
        membership_id=membership_id,
        status="pending",
        currency=currency,
        total=sum(line.total for line in lines),
        captured=0,
        discount=sum(line.discount for line in lines),
        tax=sum(line.tax for line in lines),
        kind=kind,
        due_at=due_at,
        gateway=gateway,
        created_at=uow.now,
        modified_at=uow.now,
        lines=lines,
    )
    uow.add(payment)
    book_owed(uow, payment, payment.total, step="created")
    uow.publish(
        PaymentCreated(
            payment_id=payment.id,
            customer_id=customer_id,
            membership_id=membership_id,
            number=payment.number,
            total=payment.money(payment.total),
        )
    )
    return payment


def complete_payment(uow: UnitOfWork, payment_id: UUID, *, reference: str = "") -> Payment:
    """Note that all of the money arrived; raises PaymentNotOpen. ``reference``: the gateway's."""
    payment = uow.get(Payment, payment_id, lock=True)
    payment.settle("completed")
    payment.captured = payment.total
    payment.gateway_reference = reference
    payment.completed_at = payment.modified_at = uow.now
    book_received(uow, payment)
    uow.publish(
        PaymentCompleted(
            payment_id=payment.id,
            customer_id=payment.customer_id,
            membership_id=payment.membership_id,
            number=payment.number,
            total=payment.money(payment.total),
        )
    )
    return payment


def fail_payment(uow: UnitOfWork, payment_id: UUID, *, reason: str) -> Payment:
    """Note that the money will not come; raises PaymentNotOpen."""
    payment = uow.get(Payment, payment_id, lock=True)
    payment.settle("failed")
    payment.modified_at = uow.now
    uow.publish(
        PaymentFailed(
            payment_id=payment.id,
            customer_id=payment.customer_id,
            number=payment.number,
            total=payment.money(payment.total),
            reason=reason,
        )
    )
    return payment
