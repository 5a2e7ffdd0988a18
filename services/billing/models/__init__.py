"""The tables of the billing service, and the rules that need one row and its children."""

from services.billing.models.base import Base
from services.billing.models.departed import DepartedCustomer
from services.billing.models.memberships import Membership
from services.billing.models.numbers import NumberSequence
from services.billing.models.payments import Payment, PaymentLine, Refund
from services.billing.models.products import Price, Product
from services.billing.models.verification import CustomerVerification, Network

__all__ = [
    "Base",
    "CustomerVerification",
    "DepartedCustomer",
    "Membership",
    "Network",
    "NumberSequence",
    "Payment",
    "PaymentLine",
    "Price",
    "Product",
    "Refund",
]
