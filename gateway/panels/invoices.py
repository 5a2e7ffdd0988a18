"""The box with a payment's invoice and credit notes."""

from collections.abc import Mapping
from typing import Any

from gateway.panels.request import PanelRequest
from kernel.contracts.invoices import InvoicesQuery
from kernel.contracts.plugins import Panel
from kernel.errors import N_
from kernel.ids import new_id

NOT_SENT = ("cancelled", "failed")


def load_invoices(asked: PanelRequest) -> Mapping[str, Any]:
    billing = asked.services.billing
    payment = billing.payment(asked.subject)
    found = billing.invoices(InvoicesQuery(payment_id=asked.subject))
    return {
        "invoices": found.items,
        "payment_id": asked.subject,
        "key": new_id(),
        "can_be_sent": payment.status not in NOT_SENT and payment.total.amount > 0,
    }


payment_invoices = Panel(
    "payment_invoices",
    "payment",
    N_("Invoices"),
    15,
    "panels/invoices.html",
    load_invoices,
    "billing.view",
    column="side",
)
