"""Take down whom an invoice is issued to, and tell of him; nothing ever changes what was taken down."""

from datetime import date
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import InvoiceIssued
from kernel.contracts.invoices import Buyer
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.customers.deletion.steps import YEARS_KEPT
from services.customers.mail.writing import LANGUAGES
from services.customers.models import Account, Customer, FormerCustomer, InvoiceBuyer, Network
from services.customers.profiles.names import display_name

PARTS = ("line1", "line2", "postcode", "city", "state", "country", "vat_number")
WHO = ("name", *PARTS, "language")

log = structlog.get_logger()


def keep_buyer(uow: UnitOfWork, issued: InvoiceIssued) -> None:
    """Write down whom the document names. Safe to be told twice, by whomever: the first word stays.

    A credit note names whom the invoice did that it credits, whatever he is called by now.
    """
    known = _credited(uow, issued.credits_id) or _customer(uow, issued.customer_id)
    who = known or _former(uow, issued.customer_id)
    if who is None:
        log.error("nobody to issue an invoice to", invoice_id=str(issued.invoice_id))
        return
    row = insert(InvoiceBuyer).values(
        id=issued.invoice_id,
        network_id=uow.network_id,
        kind=issued.kind,
        number=issued.number,
        payment_id=issued.payment_id,
        refund_id=issued.refund_id,
        customer_id=issued.customer_id,
        keep_until=date(issued.issued_on.year + YEARS_KEPT, 12, 31),
        **who,
    )
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["id"]))


def buyer_of(uow: UnitOfWork, invoice_id: UUID, *, customer_id: UUID | None = None) -> Buyer:
    """Return whom an invoice names; with a ``customer_id`` only if it is his. Raises NotFound."""
    wanted = [InvoiceBuyer.id == invoice_id]
    if customer_id is not None:
        wanted.append(InvoiceBuyer.customer_id == customer_id)
    found = find(uow, *wanted)
    if found is None:
        raise NotFound(InvoiceBuyer.missing)
    return Buyer.model_validate({name: getattr(found, name) for name in WHO})


def find(uow: UnitOfWork, *where: ColumnElement[bool]) -> InvoiceBuyer | None:
    """Return the one row that it is true of, if there is one."""
    return uow.session.scalar(select(InvoiceBuyer).where(*where))


def _credited(uow: UnitOfWork, credits_id: UUID | None) -> dict[str, Any] | None:
    found = find(uow, InvoiceBuyer.id == credits_id) if credits_id else None
    return {name: getattr(found, name) for name in WHO} if found else None


def _customer(uow: UnitOfWork, customer_id: UUID) -> dict[str, Any] | None:
    named = select(Customer, Account).where(Customer.id == customer_id, Account.id == Customer.account_id)
    found = uow.session.execute(named).one_or_none()
    if found is None:
        return None
    customer, account = found.Customer, found.Account
    person = display_name(account.first_name, account.last_name, username=account.username)
    address = {part: getattr(customer, f"billing_{part}") for part in PARTS}
    return address | {
        "name": customer.billing_company or person,
        "language": _language(uow, account.locale),
    }


def _former(uow: UnitOfWork, customer_id: UUID) -> dict[str, Any] | None:
    """Return who was deleted, as bookkeeping law has us keep him: money of his moves after all."""
    former = uow.session.scalar(select(FormerCustomer).where(FormerCustomer.customer_id == customer_id))
    if former is None:
        return None
    return {name: getattr(former, name) for name in ("name", *PARTS)} | {"language": _language(uow)}


def _language(uow: UnitOfWork, chosen: str = "") -> str:
    if chosen in LANGUAGES:
        return chosen
    locale = uow.session.scalar(select(Network.locale))
    return locale if locale in LANGUAGES else LANGUAGES[0]
