"""Give money back: ask for it, and note what became of it.

What the worker does between the two stands in ``refunding.py``.
"""

from uuid import UUID

from kernel.contracts.events import RefundRequested
from kernel.contracts.money import Money
from kernel.contracts.plugins import Outcome
from kernel.contracts.refunds import MembershipEffect
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.gateways.configured import MANUAL
from services.billing.locks import lock_payment, lock_refund
from services.billing.models import Payment, Refund
from services.billing.refunds.money import note, told_of


def request_refund(
    uow: UnitOfWork,
    payment_id: UUID,
    money: Money,
    *,
    reason: str = "",
    effect: MembershipEffect = "keep",
    is_by_hand: bool = False,
) -> Refund:
    """Put ``money`` of the payment aside and have the worker give it back; ``effect`` follows once it went.

    What a person gives back himself, ``is_by_hand`` or of a payment that came by hand, has gone at once.
    The row lock makes two admins who click at once queue up, so that the second is told what is left. Raises
    RefundTooLarge, RefundNotPositive and PaymentNotRefundable.
    """
    payment = lock_payment(uow, payment_id)
    payment.check_refundable(money)
    is_by_hand = is_by_hand or payment.gateway == MANUAL
    refund = _new_refund(uow, payment, money, reason=reason, effect=effect, is_by_hand=is_by_hand)
    payment.refunds.append(refund)
    payment.modified_at = uow.now
    uow.publish(
        RefundRequested(**told_of(payment, refund), reason=reason, effect=effect, is_by_hand=is_by_hand)
    )
    if is_by_hand:
        note(uow, payment, refund, Outcome("succeeded", f"manual:{refund.key}"))
    else:
        uow.session.flush()
        uow.session.refresh(payment, ["reserved", "refunded"])
        uow.ring("refund", refund.id)
    return refund


def settle_refund(uow: UnitOfWork, refund_id: UUID, outcome: Outcome) -> Refund:
    """Note what the gateway says became of a refund; whoever says it twice, or late, changes nothing more.

    Raises NotFound, and WentAfterAll when there is no room left for what went.
    """
    payment, refund = lock_refund(uow, refund_id)
    note(uow, payment, refund, outcome)
    return refund


def _new_refund(
    uow: UnitOfWork,
    payment: Payment,
    money: Money,
    *,
    reason: str,
    effect: MembershipEffect,
    is_by_hand: bool,
) -> Refund:
    refund_id = new_id()
    return Refund(
        id=refund_id,
        status="requested",
        currency=money.currency,
        amount=money.amount,
        reason=reason,
        effect=effect if payment.membership_id else "keep",
        gateway=MANUAL if is_by_hand else payment.gateway,
        # The gateways' lists are read from the time that is in the id on.
        key=f"refund:{refund_id}",
        requested_by=uow.identity.actor,
        due_at=uow.now,
        created_at=uow.now,
    )
