"""Take rows of billing in the one order: customer's copies, membership, payment, charge or refund.

Whoever keeps to it never waits in a ring with somebody else.
"""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.billing.memberships.waiting import must_wait
from services.billing.models import Charge, Membership, Payment, Refund


def lock_payment(uow: UnitOfWork, payment_id: UUID, *, may_start: bool = False) -> Payment:
    """Return the payment, locked after its membership. Raises NotFound.

    ``may_start``: the membership may begin to run, so what it might wait for is held before it.
    """
    membership_id = uow.session.scalar(select(Payment.membership_id).where(Payment.id == payment_id))
    if membership_id is not None:
        _lock_membership(uow, membership_id, may_start=may_start)
    return uow.get(Payment, payment_id, lock=True)


def lock_charge(uow: UnitOfWork, charge_id: UUID) -> tuple[Payment, Charge]:
    """Return the charge and its payment, locked after the payment's membership. Raises NotFound."""
    payment_id = uow.session.scalar(select(Charge.payment_id).where(Charge.id == charge_id))
    if payment_id is None:
        raise NotFound(Charge.missing)
    payment = lock_payment(uow, payment_id, may_start=True)
    return payment, uow.get(Charge, charge_id, lock=True)


def lock_refund(uow: UnitOfWork, refund_id: UUID) -> tuple[Payment, Refund]:
    """Return the refund and its payment, locked after the payment's membership. Raises NotFound."""
    payment_id = uow.session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        raise NotFound(Refund.missing)
    payment = lock_payment(uow, payment_id)
    return payment, uow.get(Refund, refund_id, lock=True)


def _lock_membership(uow: UnitOfWork, membership_id: UUID, *, may_start: bool) -> None:
    seen = uow.get(Membership, membership_id)
    if may_start and seen.status == "pending":
        must_wait(uow, seen.customer_id, is_free=seen.is_free)
    uow.get(Membership, membership_id, lock=True)
