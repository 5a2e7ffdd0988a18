"""Invoices and credit notes: what they say, for good, and what has become of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Base64Bytes, Field

from kernel.contracts.billing_settings import Company
from kernel.contracts.common import Contract
from kernel.contracts.mails import Language
from kernel.contracts.money import Money
from kernel.contracts.people import MOST_CUSTOMERS

InvoiceKind = Literal["invoice", "credit_note"]
InvoiceState = Literal["unpaid", "paid", "credited"]
InvoicesTab = Literal["all", "unpaid", "paid", "credited", "credit_notes"]


class InvoiceLine(Contract):
    """What was bought, or credited. ``net = quantity * unit - discount``; ``total = net + tax``.

    Without a description it is a part of an invoice that is credited, whatever it was for. ``starts_on``
    and ``ends_on`` are the first and the last day of the period that is paid for.
    """

    description: str
    quantity: int
    unit: Money
    discount: Money
    net: Money
    tax_percent: Decimal
    tax: Money
    total: Money
    starts_on: date | None = None
    ends_on: date | None = None


class TaxShare(Contract):
    """What is taxed at one rate, and the tax on it."""

    percent: Decimal
    net: Money
    tax: Money


class InvoiceDocument(Contract):
    """What an invoice says, as it was when it was issued; only its buyer is kept elsewhere (ADR 27).

    ``credits`` is the number of the document that this one takes back. ``logo`` names a picture.
    """

    kind: InvoiceKind
    number: str
    issued_on: date
    due_on: date | None
    payment_number: int
    credits: str
    seller: Company
    logo: str
    footer: str
    lines: list[InvoiceLine]
    taxes: list[TaxShare]
    net: Money
    tax: Money
    total: Money


class InvoiceRow(Contract):
    """An invoice as lists show it; ``state`` follows from the payment, and credit notes have none."""

    id: UUID
    kind: InvoiceKind
    number: str
    customer_id: UUID
    payment_id: UUID
    payment_number: int
    refund_id: UUID | None
    issued_at: datetime
    total: Money
    tax: Money
    state: InvoiceState | None


class Invoice(InvoiceRow):
    """``GET /v1/invoices/<id>``. ``paid``: what was received for it; ``credited``: what was taken back."""

    paid: Money
    credited: Money
    document: InvoiceDocument


class InvoicesNarrowed(Contract):
    """Which invoices and credit notes: ``q`` is a number, or how it begins; days are the network's.

    ``customers``: ids divided by commas; what was issued to them is found by ``q`` too, or alone.
    """

    tab: InvoicesTab = "all"
    kind: InvoiceKind | Literal[""] = ""
    customer_id: UUID | None = None
    payment_id: UUID | None = None
    q: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    customers: Annotated[str, Field(max_length=40 * MOST_CUSTOMERS, pattern=r"^[0-9a-f,-]*$")] = ""
    since: date | None = None
    until: date | None = None


class InvoicesQuery(InvoicesNarrowed):
    """``GET /v1/invoices``: a page, newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    after: str | None = None
    before: str | None = None


class InvoiceList(Contract):
    """A page of invoices and credit notes, newest first, and the cursors of its neighbours; None: the end."""

    items: list[InvoiceRow]
    before: str | None
    after: str | None


class Buyer(Contract):
    """Who an invoice was issued to, as he was called then, and the language it is written in."""

    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    state: str
    country: str
    vat_number: str
    language: Language


class Picture(Contract):
    """A logo: PNG."""

    content: Base64Bytes


class Printed(Contract):
    """All that a printed invoice shows."""

    document: InvoiceDocument
    buyer: Buyer
    state: InvoiceState | None
    paid: Money
    credited: Money
    picture: Picture | None = None
