"""What a gateway tells of refunds, asked for here or at its own desk: each is taken once.

Only single refunds are counted, by the gateway's name for each; sums that it also tells are not.
"""

from sqlalchemy import select

from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.locks import lock_payment
from services.billing.models import Payment, Refund
from services.billing.refunds.lifecycle import settle_refund
from services.billing.refunds.money import note


class NoRoomYet(Conflict):
    """More went back at the gateway than is left here: what is on its way must be decided first."""


class ChargeNotKnownYet(Conflict):
    """Money went back of a charge of this network's, of which the payment has not been told yet."""


def import_refund(uow: UnitOfWork, gateway: str, outcome: Outcome) -> Refund | None:
    """Settle our refund that the outcome is of, or write down one that was made at the gateway.

    None for what is none of this network's. Raises NoRoomYet and ChargeNotKnownYet: try again later.
    """
    known = _known(uow, gateway, outcome)
    if known is not None:
        return settle_refund(uow, known.id, outcome)
    payment = _payment(uow, gateway, outcome)
    has_gone = outcome.state in {"succeeded", "pending"}
    if payment is None and has_gone and outcome.labels.get("network") == str(uow.network_id):
        raise ChargeNotKnownYet(N_("Money went back of a charge that is not settled here yet."))
    if payment is None or outcome.money is None or outcome.state in {"failed", "reversed", "unknown"}:
        # Of what failed before we ever heard of it, nothing went.
        return None
    # Somebody who wrote it down meanwhile had the payment locked.
    known = _known(uow, gateway, outcome)
    if known is not None:
        note(uow, payment, known, outcome)
        return known
    return _write_down(uow, payment, gateway, outcome)


def _write_down(uow: UnitOfWork, payment: Payment, gateway: str, outcome: Outcome) -> Refund:
    money = outcome.money
    if money is None or money.currency != payment.currency or money.amount > payment.refundable:
        raise NoRoomYet(
            N_("The gateway gave back more of payment %(number)s than is left here."), number=payment.number
        )
    refund = Refund(
        id=new_id(),
        status="submitting",
        currency=money.currency,
        amount=money.amount,
        reason="",
        gateway=gateway,
        reference=outcome.reference,
        key=f"{gateway}:{outcome.reference}",
        origin="gateway",
        due_at=uow.now,
        created_at=uow.now,
        submitted_at=uow.now,
    )
    payment.refunds.append(refund)
    uow.session.flush()
    note(uow, payment, refund, outcome)
    if refund.state == "due":
        uow.ring("refund", refund.id)
    return refund


def _known(uow: UnitOfWork, gateway: str, outcome: Outcome) -> Refund | None:
    """Find it by our key, which comes back with ours, else by the gateway's name."""
    ours = select(Refund).where(Refund.gateway == gateway)
    by_key = ours.where(Refund.key == outcome.key) if outcome.key else None
    found = uow.session.scalar(by_key) if by_key is not None else None
    if found is None and outcome.reference:
        found = uow.session.scalar(ours.where(Refund.reference == outcome.reference))
    return found


def _payment(uow: UnitOfWork, gateway: str, outcome: Outcome) -> Payment | None:
    if not outcome.charge or not outcome.reference:
        return None
    paid = select(Payment.id).where(Payment.gateway == gateway, Payment.gateway_reference == outcome.charge)
    payment_id = uow.session.scalar(paid.order_by(Payment.created_at).limit(1))
    return lock_payment(uow, payment_id) if payment_id is not None else None
