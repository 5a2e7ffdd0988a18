"""The page on which a customer pays, who came by the link that he was sent."""

from uuid import UUID

from kernel.database import UnitOfWork
from services.billing.gateways.sooner import ask_sooner
from services.billing.locks import lock_charge
from services.billing.payments.charges import request_charge
from services.billing.payments.under_way import open_charge


def ask_for_page(uow: UnitOfWork, payment_id: UUID, *, return_to: str, language: str) -> None:
    """Have the gateway make a page, unless one is there or on its way. Raises as ``request_charge`` does."""
    charge = open_charge(uow, payment_id)
    if charge is None or charge.method_id is not None or charge.status in {"pending", "unknown"}:
        request_charge(uow, payment_id, return_to=return_to, language=language)


def look_sooner(uow: UnitOfWork, payment_id: UUID) -> None:
    """Have the worker ask the gateway now: the customer is back from its page, or a person wants to know."""
    charge = open_charge(uow, payment_id)
    if charge is None:
        return
    _payment, charge = lock_charge(uow, charge.id)
    ask_sooner(uow, "charge", charge)
