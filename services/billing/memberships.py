"""Start a membership, and move it from status to status."""

from datetime import timedelta
from uuid import UUID

from kernel.contracts.billing import MembershipStatus, Period
from kernel.contracts.events import MembershipStarted, MembershipStatusChanged
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.models import Membership, Product
from services.billing.numbers import next_number


class NotSoldThatWay(Conflict):
    """The product has no price in that currency and period, or is not on sale."""


def start_membership(
    uow: UnitOfWork,
    *,
    customer_id: UUID,
    product_id: UUID,
    currency: str,
    period: Period | None = None,
    agreed: Money | None = None,
    trial_days: int = 0,
    auto_renew: bool = True,
    gateway: str = "manual",
) -> Membership:
    """Begin a membership at the product's price, or at the one ``agreed``; raises NotSoldThatWay.

    It is ``trialing`` with a trial, else ``pending`` until somebody activates it.
    """
    product = uow.get(Product, product_id)
    price = agreed or product.price_for(currency, period)
    if price is None or not product.is_active:
        raise NotSoldThatWay(
            N_("%(product)s has no price in %(currency)s for this period."),
            product=product.name,
            currency=currency,
        )
    membership = Membership(
        id=new_id(),
        number=next_number(uow, "membership"),
        customer_id=customer_id,
        product_id=product.id,
        product=product,
        status="trialing" if trial_days else "pending",
        currency=price.currency,
        amount=price.amount,
        period_length=period.length if period else None,
        period_unit=period.unit if period else None,
        auto_renew=auto_renew,
        gateway=gateway,
        started_at=uow.now if trial_days else None,
        trial_ends_at=uow.now + timedelta(days=trial_days) if trial_days else None,
        created_at=uow.now,
        modified_at=uow.now,
    )
    uow.add(membership)
    uow.publish(
        MembershipStarted(
            membership_id=membership.id,
            customer_id=customer_id,
            number=membership.number,
            product=product.name,
            status=membership.status,
        )
    )
    return membership


def activate_membership(uow: UnitOfWork, membership_id: UUID) -> Membership:
    """Let the membership run: its paid time starts now, unless some is left."""
    return change_status(uow, membership_id, "active")


def change_status(uow: UnitOfWork, membership_id: UUID, status: MembershipStatus) -> Membership:
    """Move a membership along the table of transitions; raises TransitionNotAllowed."""
    membership = uow.get(Membership, membership_id, lock=True)
    before = membership.change_status(status, uow.now)
    membership.modified_at = uow.now
    uow.publish(
        MembershipStatusChanged(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            number=membership.number,
            before=before,
            after=status,
        )
    )
    return membership
