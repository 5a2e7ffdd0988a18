"""Charge what is due to a saved method, again and again as the table says, or remind of what cannot be."""

from kernel.database import UnitOfWork
from kernel.errors import N_
from services.billing.agenda.reminders import tell
from services.billing.agenda.snapshots import Known
from services.billing.agenda.steps import Step
from services.billing.models import Membership, Payment
from services.billing.payments.charges import request_charge

NO_METHOD = N_("There is no card or account that can be charged.")


def charge(uow: UnitOfWork, _membership: Membership, known: Known, step: Step) -> None:
    """Ask for the money with the saved method."""
    payment = _payment_of(uow, known)
    payment.dunning_step = step.number
    payment.modified_at = uow.now
    request_charge(uow, payment.id, method_id=known.method_id, is_automatic=True)


def remind(uow: UnitOfWork, membership: Membership, known: Known, step: Step) -> None:
    """Say that the payment is due and cannot be charged."""
    payment = _payment_of(uow, known)
    payment.dunning_step = step.number
    payment.modified_at = uow.now
    tell(uow, membership, payment, reason=NO_METHOD)


def _payment_of(uow: UnitOfWork, known: Known) -> Payment:
    if known.payment_id is None:
        raise LookupError("There is nothing to charge.")
    return uow.get(Payment, known.payment_id, lock=True)
