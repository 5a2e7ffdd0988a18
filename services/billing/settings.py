"""What a network has decided about billing, with what holds until it decides otherwise."""

from sqlalchemy import select

from kernel.contracts.billing_settings import BillingRules, Company
from kernel.database import UnitOfWork
from services.billing.models import BillingSettings, Network


def rules_of(uow: UnitOfWork) -> BillingRules:
    """Return the network's rules; what it has not decided is the default of ``BillingRules``."""
    decided = uow.session.scalar(select(BillingSettings.decided))
    return BillingRules.model_validate(decided or {})


def seller_of(uow: UnitOfWork) -> Company:
    """Return who sends the invoices: the company, or the network by its name until one is given."""
    company = rules_of(uow).company
    if company.name:
        return company
    name = uow.session.scalar(select(Network.name)) or ""
    return company.model_copy(update={"name": name})


def logo_of(uow: UnitOfWork) -> str:
    """Return the id of the picture on new invoices; empty when there is none."""
    return uow.session.scalar(select(BillingSettings.logo)) or ""
