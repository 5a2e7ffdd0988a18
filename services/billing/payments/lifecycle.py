"""Ask a customer for money, and note that it came, did not, or is not wanted any more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.contracts.billing import PaymentKind
from kernel.contracts.events import PaymentCancelled, PaymentCompleted, PaymentCreated, PaymentFailed
from kernel.database import UnitOfWork
from kernel.ids import new_id
from kernel.tombstones import require_alive
from services.billing.books.ledger import book_owed, book_received
from services.billing.invoices.credit_notes import cancel_invoice
from services.billing.invoices.of_payments import issue_invoice
from services.billing.locks import lock_payment
from services.billing.memberships.credits import forgo
from services.billing.memberships.granting import grant_paid_time
from services.billing.models import DepartedCustomer, Payment, PaymentLine
from services.billing.numbers import next_number
from services.billing.payments.lines import Item, priced_lines
from services.billing.payments.under_way import end_page, require_none_under_way


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
    return add_payment(
        uow,
        customer_id=customer_id,
        currency=currency,
        lines=lines,
        membership_id=membership_id,
        gateway=gateway,
        kind=kind,
        due_at=due_at,
    )


def add_payment(
    uow: UnitOfWork,
    *,
    customer_id: UUID,
    currency: str,
    lines: list[PaymentLine],
    membership_id: UUID | None = None,
    gateway: str = "manual",
    kind: PaymentKind = "other",
    due_at: datetime | None = None,
) -> Payment:
    """Make a pending payment of these lines, and book what is owed; for whom it is asks nobody here."""
    payment = Payment(
        id=new_id(),
        number=next_number(uow, "payment"),
        customer_id=customer_id,
        membership_id=membership_id,
        status="pending",
        currency=currency,
        captured=0,
        kind=kind,
        due_at=due_at,
        gateway=gateway,
        created_at=uow.now,
        modified_at=uow.now,
        lines=lines,
    )
    payment.add_up()
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


def complete_payment(uow: UnitOfWork, payment_id: UUID, *, reference: str = "", gateway: str = "") -> Payment:
    """Note that all of the money arrived, and give what it was for.

    ``reference`` is the gateway's, ``gateway`` where it came through if not where it was expected. Raises
    PaymentNotOpen, and ChargeUnderWay while an attempt is open: the money could come twice.
    """
    payment = lock_payment(uow, payment_id, may_start=True)
    require_none_under_way(uow, payment)
    receive(uow, payment, reference=reference, gateway=gateway)
    return payment


def receive(uow: UnitOfWork, payment: Payment, *, reference: str, gateway: str) -> None:
    """Note that a locked payment's money is here, whatever else is under way. Raises PaymentNotOpen."""
    payment.settle("completed")
    payment.captured = payment.total
    payment.gateway_reference = reference
    payment.gateway = gateway or payment.gateway
    payment.completed_at = payment.modified_at = uow.now
    issue_invoice(uow, payment)
    book_received(uow, payment)
    grant_paid_time(uow, payment)
    uow.publish(
        PaymentCompleted(
            payment_id=payment.id,
            customer_id=payment.customer_id,
            membership_id=payment.membership_id,
            number=payment.number,
            total=payment.money(payment.total),
        )
    )


def fail_payment(uow: UnitOfWork, payment_id: UUID, *, reason: str) -> Payment:
    """Note that an attempt brought no money; it can still be paid. Raises PaymentNotOpen."""
    payment = lock_payment(uow, payment_id)
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


def cancel_payment(uow: UnitOfWork, payment_id: UUID, *, reason: str) -> Payment:
    """Ask for the money no more; nothing is owed then. Raises PaymentNotOpen, ChargeUnderWay.

    A page that waits for the customer is ended with it.
    """
    payment = lock_payment(uow, payment_id)
    end_page(uow, payment)
    payment.check_payable()
    payment.status, payment.modified_at = "cancelled", uow.now
    payment.version += 1
    cancel_invoice(uow, payment)
    forgo(uow, payment)
    book_owed(uow, payment, -payment.total, step="cancelled")
    uow.publish(
        PaymentCancelled(
            payment_id=payment.id,
            customer_id=payment.customer_id,
            membership_id=payment.membership_id,
            number=payment.number,
            total=payment.money(payment.total),
            reason=reason,
        )
    )
    return payment
