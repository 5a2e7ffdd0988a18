"""What a network has decided about billing, with what holds until it decides otherwise."""

from sqlalchemy import select

from kernel.contracts.billing_settings import BillingRules
from kernel.database import UnitOfWork
from services.billing.models import BillingSettings


def rules_of(uow: UnitOfWork) -> BillingRules:
    """Return the network's rules; what it has not decided is the default of ``BillingRules``."""
    decided = uow.session.scalar(select(BillingSettings.decided))
    return BillingRules.model_validate(decided or {})
