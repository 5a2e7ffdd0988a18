"""What a person says of an attempt to charge of which nobody could find out what became of it."""

from uuid import UUID

from sqlalchemy import select

from kernel.contracts.events import ChargeDecided
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Filled, Invalid, NotFound
from services.billing.locks import lock_charge
from services.billing.models import Charge, Payment
from services.billing.payments.charges import settle_charge
from services.billing.payments.charging import told_of

DID_NOT_COME = N_("The money did not come: somebody looked at the payment gateway.")


class AttemptWaitsForNobody(Conflict):
    """The attempt is settled, or the gateway is still being asked."""


def decide_charge(
    uow: UnitOfWork, payment_id: UUID, charge_id: UUID, *, has_come: bool, reference: str, reason: str
) -> Charge:
    """Settle the attempt as the person found out: its money came, or it did not.

    ``reference`` is what the gateway calls what came; without it the name that is known is kept. Raises
    NotFound, AttemptWaitsForNobody, and Invalid when there is no name, or another payment came by it.
    What is not certain yet is not for a person to say: the gateway could carry it out a moment later.
    """
    payment, charge = lock_charge(uow, charge_id)
    if charge.payment_id != payment_id:
        raise NotFound(Charge.missing)
    if charge.state != "dead":
        raise AttemptWaitsForNobody(N_("This attempt does not wait for anybody's decision."))
    name = (reference or charge.reference) if has_come else ""
    if has_come:
        _require_own_name(uow, charge, name)
    decided = ChargeDecided(**told_of(payment, charge), has_come=has_come, reference=name, reason=reason)
    uow.publish(decided)
    came = Outcome("succeeded", name, is_fee_pending=True)
    settle_charge(
        uow, charge.id, came if has_come else Outcome("failed", reason=DID_NOT_COME, code="decided")
    )
    return charge


def _require_own_name(uow: UnitOfWork, charge: Charge, name: str) -> None:
    """Two payments of one name would be refunded out of one another's money."""
    if not name:
        raise Invalid(fields={"reference": N_("Say what the payment gateway calls it.")})
    taken = select(Payment.number).where(Payment.gateway == charge.gateway, Payment.gateway_reference == name)
    number = uow.session.scalar(taken.limit(1))
    if number is not None:
        sentence = Filled(N_("By that name payment %(number)s came already."), number=number)
        raise Invalid(fields={"reference": sentence})
