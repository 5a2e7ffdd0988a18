"""The page on which a customer pays, who came by the link that he was sent."""

from uuid import UUID

from kernel.database import UnitOfWork
from services.billing.locks import lock_charge
from services.billing.payments.charges import request_charge
from services.billing.payments.under_way import open_charge

AT_MOST_EVERY = 5  # seconds


def ask_for_page(uow: UnitOfWork, payment_id: UUID, *, return_to: str, language: str) -> None:
    """Have the gateway make a page, unless one is there or on its way. Raises as ``request_charge`` does."""
    charge = open_charge(uow, payment_id)
    if charge is None or charge.method_id is not None or charge.status in {"pending", "unknown"}:
        request_charge(uow, payment_id, return_to=return_to, language=language)


def look_sooner(uow: UnitOfWork, payment_id: UUID) -> None:
    """Have the worker ask the gateway now: the customer came back from its page, or a person wants to know.

    It counts as no attempt, so that nobody who comes back often makes the worker give up.
    """
    charge = open_charge(uow, payment_id)
    if charge is None:
        return
    _payment, charge = lock_charge(uow, charge.id)
    waits = (charge.due_at - uow.now).total_seconds() > AT_MOST_EVERY
    if charge.state == "dead" or (charge.state == "due" and waits):
        charge.attempts = max(charge.attempts - 1, 0) if charge.state == "due" else 0
        charge.state, charge.due_at = "due", uow.now
        uow.ring("charge", charge.id)
