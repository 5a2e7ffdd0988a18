"""The tables of the billing service, and the rules that need one row and its children."""

from kernel.work import DueWork
from services.billing.models.base import Base
from services.billing.models.charges import Charge, PaymentMethod
from services.billing.models.counts import PaymentCount
from services.billing.models.departed import DepartedCustomer
from services.billing.models.disputes import Dispute
from services.billing.models.fees import FeeQuestion
from services.billing.models.gateway_checks import GatewayCheck
from services.billing.models.gateway_messages import GatewayMessage
from services.billing.models.invoices import Invoice, Logo
from services.billing.models.ledger import LedgerBalance, LedgerEntry, LedgerPosting
from services.billing.models.membership_counts import MembershipCount
from services.billing.models.memberships import Membership, MembershipItem
from services.billing.models.method_setups import MethodSetup
from services.billing.models.numbers import NumberSequence
from services.billing.models.payments import Payment, PaymentLine
from services.billing.models.periods import (
    MembershipAgenda,
    MembershipChange,
    MembershipPeriod,
    ScheduledChange,
)
from services.billing.models.products import Price, Product
from services.billing.models.reconciliation import BookCheck, Reconciliation, ReconciliationFinding
from services.billing.models.refunds import Refund
from services.billing.models.repricing import Repricing
from services.billing.models.settings import BillingSettings, GatewaySettings, IdempotencyKey
from services.billing.models.verification import CustomerVerification, Network

WORKS: dict[str, type[DueWork]] = {
    "refund": Refund,
    "charge": Charge,
    "fee": FeeQuestion,
    "method_setup": MethodSetup,
    "membership": MembershipAgenda,
    "gateway_check": GatewayCheck,
    "reconciliation": Reconciliation,
    "book_check": BookCheck,
    "gateway_message": GatewayMessage,
    "repricing": Repricing,
}
"""The tables of due work, by the kind that their performer has."""

__all__ = [
    "WORKS",
    "Base",
    "BillingSettings",
    "BookCheck",
    "Charge",
    "CustomerVerification",
    "DepartedCustomer",
    "Dispute",
    "FeeQuestion",
    "GatewayCheck",
    "GatewayMessage",
    "GatewaySettings",
    "IdempotencyKey",
    "Invoice",
    "LedgerBalance",
    "LedgerEntry",
    "LedgerPosting",
    "Logo",
    "Membership",
    "MembershipAgenda",
    "MembershipChange",
    "MembershipCount",
    "MembershipItem",
    "MembershipPeriod",
    "MethodSetup",
    "Network",
    "NumberSequence",
    "Payment",
    "PaymentCount",
    "PaymentLine",
    "PaymentMethod",
    "Price",
    "Product",
    "Reconciliation",
    "ReconciliationFinding",
    "Refund",
    "Repricing",
    "ScheduledChange",
]
