"""Whether an attempt to get a payment's money is open, and what may still be done about it."""

from uuid import UUID

from sqlalchemy import and_, or_, select

from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.billing.models import Charge, Payment
from services.billing.models.charges import OPEN_CHARGES

CANNOT_END = or_(
    Charge.status.in_(OPEN_CHARGES - {"requested", "waiting"}),
    and_(Charge.status == "requested", Charge.lease_token.is_not(None)),
)
"""Of charges: the open ones that ``end_page`` refuses to end, since they may bring money at any moment."""


class ChargeUnderWay(Conflict):
    """An attempt to get the payment's money is open: nobody knows yet whether it brings it."""


def open_charge(uow: UnitOfWork, payment_id: UUID, *, lock: bool = False) -> Charge | None:
    """Return the attempt that is open, if there is one; ``lock`` it only with the payment locked."""
    mine = select(Charge).where(Charge.payment_id == payment_id, Charge.status.in_(OPEN_CHARGES))
    if lock:
        mine = mine.with_for_update(of=Charge).execution_options(populate_existing=True)
    return uow.session.scalar(mine)


def require_none_under_way(uow: UnitOfWork, payment: Payment) -> None:
    """Raise ChargeUnderWay, with what to do, while an attempt is open. Ask with the payment locked."""
    refuse_under_way(open_charge(uow, payment.id))


def refuse_under_way(charge: Charge | None) -> None:
    """Raise ChargeUnderWay for an attempt that is open."""
    if charge is not None:
        raise _under_way(charge)


def has_page(uow: UnitOfWork, payment: Payment) -> bool:
    """Whether a page waits for the customer to pay on."""
    charge = open_charge(uow, payment.id)
    return charge is not None and charge.status == "waiting"


def end_page(uow: UnitOfWork, payment: Payment) -> None:
    """End an attempt that nobody has paid on: a page that waits, or one that no gateway was asked for yet.

    The gateway may still show the page, so the worker goes on asking until it is too old there: what is paid
    on it all the same is taken, and shown as paid twice. Raises ChargeUnderWay for what cannot be stopped.
    """
    charge = open_charge(uow, payment.id, lock=True)
    if charge is None:
        return
    if charge.status == "waiting":
        charge.page, charge.settled_at, charge.modified_at = "", uow.now, uow.now
    elif _is_untouched(charge):
        end_charge(uow, charge)
    else:
        raise _under_way(charge)
    charge.status = "cancelled"
    if payment.status == "processing":
        payment.status = "pending"


def end_charge(uow: UnitOfWork, charge: Charge) -> None:
    """Nothing more is to be done about it: neither by the worker nor on the page."""
    charge.settled_at = uow.now
    charge.modified_at = uow.now
    charge.page = ""
    charge.state, charge.last_error = "done", ""
    charge.lease_until = charge.lease_token = None


def _under_way(charge: Charge) -> ChargeUnderWay:
    if charge.status == "waiting":
        return ChargeUnderWay(
            N_("The customer has a page open to pay on. End that attempt first, or wait for it.")
        )
    return ChargeUnderWay(N_("This payment is being charged right now. Wait for the outcome."))


def _is_untouched(charge: Charge) -> bool:
    """Whether the gateway was never called, and nobody is about to: its row is locked by who asks."""
    return charge.status == "requested" and charge.lease_token is None
