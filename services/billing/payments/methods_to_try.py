"""Which saved method a membership's bill is charged to by itself, and whether it is a new one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from kernel.database import UnitOfWork
from services.billing.models import Charge, GatewaySettings, Membership, PaymentMethod


@dataclass(frozen=True)
class Methods:
    """The method to charge, if there is one; ``new_since`` when it came after the last attempt failed."""

    chosen: UUID | None = None
    new_since: datetime | None = None


def methods_of(uow: UnitOfWork, membership: Membership, payment_id: UUID | None) -> Methods:
    """Return what the payment is charged to: a method saved since it failed, else the agreed one.

    What was declined for good is not tried again, for whatever payment it was (``Charge.is_final``).
    """
    usable = _usable(uow, membership)
    failed_at = _failed_at(uow, payment_id) if usable and payment_id else None
    newest = max(usable, key=lambda method: method.created_at, default=None)
    if newest and failed_at and newest.created_at > failed_at:
        return Methods(newest.id, newest.created_at)
    agreed = [method for method in usable if method.id == membership.method_id]
    default = [method for method in usable if method.is_default]
    return Methods(next((method.id for method in (*agreed, *default)), None))


def _failed_at(uow: UnitOfWork, payment_id: UUID) -> datetime | None:
    """Return when the last attempt of ours failed."""
    failed = select(func.max(Charge.settled_at)).where(
        Charge.payment_id == payment_id, Charge.status == "failed", Charge.is_automatic
    )
    return uow.session.scalar(failed)


def _usable(uow: UnitOfWork, membership: Membership) -> list[PaymentMethod]:
    """Return the customer's methods at the membership's gateway that nobody declined for good.

    None while the network does not use the gateway.
    """
    in_use = select(GatewaySettings.gateway).where(
        GatewaySettings.gateway == membership.gateway, GatewaySettings.is_enabled
    )
    declined = (
        select(Charge.id)
        .where(Charge.method_id == PaymentMethod.id, Charge.is_final, Charge.status == "failed")
        .exists()
    )
    kept = select(PaymentMethod).where(
        PaymentMethod.customer_id == membership.customer_id,
        PaymentMethod.gateway.in_(in_use),
        PaymentMethod.removed_at.is_(None),
        ~declined,
    )
    return list(uow.session.scalars(kept))
