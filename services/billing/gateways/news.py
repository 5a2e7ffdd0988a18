"""What a payment gateway says is true now, handed to whatever it concerns.

It is said twice, late and out of order, and of what other programs do with the same account: what concerns
nothing of ours is passed over, and what is settled stays so.
"""

from collections.abc import Callable

from sqlalchemy import select

from kernel.contracts.plugins import Dispute, Kind, Outcome, Sought
from kernel.database import UnitOfWork
from services.billing.models import Charge, MethodSetup, PaymentMethod
from services.billing.payments.charges import settle_charge
from services.billing.payments.disputes import note_dispute
from services.billing.payments.method_setups import settle_setup
from services.billing.payments.methods import remove_method
from services.billing.refunds.imports import import_refund


def take_news(uow: UnitOfWork, gateway: str, sought: Sought, found: Outcome | Dispute | None) -> None:
    """Let what was found take effect; None is nothing. Raises NoRoomYet, WentAfterAll."""
    if isinstance(found, Dispute):
        note_dispute(uow, gateway, found)
    elif found is not None:
        TAKERS[sought.kind](uow, gateway, sought, found)


def _take_charge(uow: UnitOfWork, gateway: str, sought: Sought, outcome: Outcome) -> None:
    ours = select(Charge.id).where(Charge.gateway == gateway, Charge.key == (outcome.key or sought.key))
    charge_id = uow.session.scalar(ours)
    if charge_id is not None:
        settle_charge(uow, charge_id, outcome)


def _take_refund(uow: UnitOfWork, gateway: str, _sought: Sought, outcome: Outcome) -> None:
    import_refund(uow, gateway, outcome)


def _take_method(uow: UnitOfWork, gateway: str, sought: Sought, outcome: Outcome) -> None:
    """Settle the page that it was saved on; of one that is saved, renew what is known, or forget it."""
    ours = select(MethodSetup.id).where(
        MethodSetup.gateway == gateway, MethodSetup.key == (outcome.key or sought.key)
    )
    setup_id = uow.session.scalar(ours)
    if setup_id is not None:
        settle_setup(uow, setup_id, outcome)
    else:
        _renew_method(uow, gateway, sought, outcome)


def _renew_method(uow: UnitOfWork, gateway: str, sought: Sought, outcome: Outcome) -> None:
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


Taker = Callable[[UnitOfWork, str, Sought, Outcome], None]
TAKERS: dict[Kind, Taker] = {
    "charge": _take_charge,
    "refund": _take_refund,
    "method": _take_method,
}
