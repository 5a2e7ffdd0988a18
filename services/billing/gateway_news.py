"""What a payment gateway says is true now, handed to whatever it concerns.

It is said twice, late and out of order, and of what other programs do with the same account: what concerns
nothing of ours is passed over, and what is settled stays so.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.plugins import Dispute, Kind, Outcome, Sought
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.charges import settle_charge
from services.billing.methods import remove_method
from services.billing.models import Charge, PaymentMethod, Refund
from services.billing.refunds import settle_refund

GIVEN_BACK = N_("Money was given back at the gateway itself, by %(name)s. Note it at its payment by hand.")
DISPUTED = N_("The customer's bank disputes a payment: answer %(name)s at the gateway.")


class NeedsAPerson(Conflict):
    """Something was done at the gateway itself, or by a bank, that somebody has to see to."""


def take_news(uow: UnitOfWork, gateway: str, sought: Sought, found: Outcome | Dispute | None) -> None:
    """Let what was found take effect; None is nothing. Raises NeedsAPerson, WentAfterAll."""
    if isinstance(found, Dispute):
        _take_dispute(uow, gateway, found)
    elif found is not None:
        TAKERS[sought.kind](uow, gateway, sought, found)


def _take_charge(uow: UnitOfWork, gateway: str, sought: Sought, outcome: Outcome) -> None:
    ours = select(Charge.id).where(Charge.gateway == gateway, Charge.key == (outcome.key or sought.key))
    charge_id = uow.session.scalar(ours)
    if charge_id is not None:
        settle_charge(uow, charge_id, outcome)


def _take_refund(uow: UnitOfWork, gateway: str, sought: Sought, outcome: Outcome) -> None:
    """Settle a refund of ours, by its key or the gateway's name for it."""
    key, name = outcome.key or sought.key, outcome.reference
    mine = (Refund.key == key) if key else (Refund.reference == name)
    refund_id = uow.session.scalar(select(Refund.id).where(Refund.gateway == gateway, mine))
    if refund_id is not None:
        settle_refund(uow, refund_id, outcome)
    elif outcome.state in {"pending", "succeeded"} and _payment_of(uow, gateway, outcome.charge):
        raise NeedsAPerson(
            N_("Money was given back at the gateway itself, by %(name)s. Note it at its payment by hand."),
            name=name,
        )


def _take_method(uow: UnitOfWork, gateway: str, sought: Sought, outcome: Outcome) -> None:
    """Renew what is known of a saved method, or charge it no more when the gateway keeps it no more."""
    name = outcome.method.reference if outcome.method else sought.reference
    mine = select(PaymentMethod).where(
        PaymentMethod.gateway == gateway, PaymentMethod.reference == name, PaymentMethod.removed_at.is_(None)
    )
    kept = uow.session.scalar(mine.with_for_update(of=PaymentMethod))
    if kept is None:
        return
    if outcome.method is None and outcome.code == "detached":
        remove_method(uow, kept.id)
    elif outcome.method is not None:
        now = outcome.method
        kept.brand, kept.last4, kept.expires = now.brand, now.last4, now.expires


def _take_dispute(uow: UnitOfWork, gateway: str, dispute: Dispute) -> None:
    if dispute.state in {"needs_response", "lost"} and _payment_of(uow, gateway, dispute.charge):
        raise NeedsAPerson(
            N_("The customer's bank disputes a payment: answer %(name)s at the gateway."),
            name=dispute.reference,
        )


def _payment_of(uow: UnitOfWork, gateway: str, charge: str) -> UUID | None:
    """Return the payment that a charge of the gateway's brought; None for what others charged there."""
    ours = select(Charge.payment_id).where(Charge.gateway == gateway, Charge.reference == charge)
    return uow.session.scalar(ours.limit(1)) if charge else None


Taker = Callable[[UnitOfWork, str, Sought, Outcome], None]
TAKERS: dict[Kind, Taker] = {
    "charge": _take_charge,
    "refund": _take_refund,
    "method": _take_method,
}
