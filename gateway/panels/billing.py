"""The boxes that the billing service fills."""

from collections.abc import Mapping
from typing import Any

from flask_login import current_user

from gateway import refund_labels
from gateway.panels.request import PanelRequest
from kernel.contracts.plugins import Panel
from kernel.errors import N_


def load_memberships(asked: PanelRequest) -> Mapping[str, Any]:
    return {"billing": asked.services.billing.customer_billing(asked.subject)}


def load_payments(asked: PanelRequest) -> Mapping[str, Any]:
    billing = asked.services.billing.customer_billing(asked.subject)
    return {"payments": billing.payments, "count": billing.payment_count}


def load_refunds(asked: PanelRequest) -> Mapping[str, Any]:
    may_refund = "billing.refund" in current_user.permissions
    balance = asked.services.billing.payment_balance(asked.subject)
    return {
        "balance": balance,
        "may_refund": may_refund,
        "may_edit": "billing.edit" in current_user.permissions,
        "words": refund_labels,
    }


memberships = Panel(
    "memberships",
    "customer",
    N_("Memberships"),
    40,
    "panels/memberships.html",
    load_memberships,
    "billing.view",
)
payments = Panel(
    "payments", "customer", N_("Payments"), 50, "panels/payments.html", load_payments, "billing.view"
)
refunds = Panel("refunds", "payment", N_("Refunds"), 20, "panels/refunds.html", load_refunds, "billing.view")
