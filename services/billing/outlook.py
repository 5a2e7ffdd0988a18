"""What would become of a customer's memberships and payments if he were deleted."""

from uuid import UUID

from sqlalchemy import func, select

from kernel.contracts.deletions import BillingOutlook, NamedThing
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from services.billing.deletions import refusal_for
from services.billing.models import Membership, Payment, Product
from services.billing.models.payments import PAYABLE

NAMED = 20  # memberships named; the others are counted


def billing_outlook(uow: UnitOfWork, customer_id: UUID) -> BillingOutlook:
    """Return counts and names, what the payments brought, and why it cannot be done now."""
    his = Membership.customer_id == customer_id
    is_running = Membership.status != "cancelled"
    counted = select(func.count(), func.count().filter(is_running)).select_from(Membership).where(his)
    memberships, running = uow.session.execute(counted).one()
    paid = Payment.customer_id == customer_id
    payments = select(func.count(), func.count().filter(Payment.status.in_(PAYABLE))).where(paid)
    all_payments, unpaid = uow.session.execute(payments).one()
    return BillingOutlook(
        memberships=_named(uow, customer_id),
        membership_count=memberships,
        running_count=running,
        payment_count=all_payments,
        unpaid_count=unpaid,
        received=_received(uow, customer_id),
        refusal=refusal_for(uow, customer_id),
    )


def _named(uow: UnitOfWork, customer_id: UUID) -> list[NamedThing]:
    same = (Product.network_id == Membership.network_id) & (Product.id == Membership.product_id)
    newest = (
        select(Membership.number, Membership.status, Product.name)
        .join(Product, same)
        .where(Membership.customer_id == customer_id)
        .order_by(Membership.created_at.desc(), Membership.id.desc())
        .limit(NAMED)
    )
    return [
        NamedThing(name=row.name, detail=f"#{row.number}", state=row.status)
        for row in uow.session.execute(newest)
    ]


def _received(uow: UnitOfWork, customer_id: UUID) -> list[Money]:
    net = func.sum(Payment.captured - Payment.refunded)
    sums = (
        select(Payment.currency, net)
        .where(Payment.customer_id == customer_id)
        .group_by(Payment.currency)
        .having(net != 0)
        .order_by(Payment.currency)
    )
    return [Money(amount=int(amount), currency=currency) for currency, amount in uow.session.execute(sums)]
