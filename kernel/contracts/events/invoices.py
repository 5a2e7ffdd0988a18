"""What happened to invoices, and to what a network decides about billing."""

from datetime import date
from typing import Literal
from uuid import UUID

from kernel.contracts.billing_settings import BillingRules
from kernel.contracts.events.happened import Happened
from kernel.contracts.invoices import InvoiceKind
from kernel.contracts.money import Money


class InvoiceIssued(Happened):
    """A document got its number. ``credits_id``: what it takes back; ``refund_id``: since money went back."""

    type: Literal["invoice.issued"] = "invoice.issued"
    invoice_id: UUID
    kind: InvoiceKind
    number: str
    customer_id: UUID
    payment_id: UUID
    refund_id: UUID | None
    credits_id: UUID | None
    total: Money
    issued_on: date


class InvoiceSent(Happened):
    """Somebody, or the schedule, had an invoice sent to its customer."""

    type: Literal["invoice.sent"] = "invoice.sent"
    invoice_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: str
    total: Money
    is_paid: bool
    due_on: date | None


class InvoicesExported(Happened):
    """Somebody took a list of invoices and credit notes along: all, or those that were narrowed to."""

    type: Literal["invoice.exported"] = "invoice.exported"
    narrowed: dict[str, str]


class BillingSettingsChanged(Happened):
    """What holds for billing now, and held before; a logo is told by its id."""

    type: Literal["network.billing_settings_changed"] = "network.billing_settings_changed"
    before: BillingRules
    after: BillingRules
    logo_before: str = ""
    logo_after: str = ""


InvoiceEvent = InvoiceIssued | InvoiceSent | InvoicesExported | BillingSettingsChanged
