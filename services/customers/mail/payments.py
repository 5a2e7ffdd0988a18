"""What a customer is told of a payment: an invoice to pay, or that his money has come; with the PDF."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.events import InvoiceSent, PaymentCompleted
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.invoice_pdf import file_name
from kernel.invoice_pdf.words import Words
from services.customers.mail import writing as mails
from services.customers.mail.attachments import Attached
from services.customers.models import Account, Customer, InvoiceBuyer, Mail
from services.customers.profiles import buyers
from services.customers.profiles.names import display_name


def send_invoice(uow: UnitOfWork, sent: InvoiceSent) -> Mail | None:
    """Write to the customer what he is to pay, or was to; None when nobody is there to read it."""
    buyer = buyers.find(uow, InvoiceBuyer.id == sent.invoice_id)
    template = "invoice_paid" if sent.is_paid else "invoice"
    to_pay = None if sent.is_paid else sent.payment_id
    return (
        _write(uow, template, buyer, total=sent.total, due_on=sent.due_on, to_pay=to_pay) if buyer else None
    )


def send_receipt(uow: UnitOfWork, paid: PaymentCompleted) -> Mail | None:
    """Write to the customer that his money has come; None without an invoice, or without a reader."""
    buyer = buyers.find(
        uow,
        InvoiceBuyer.payment_id == paid.payment_id,
        InvoiceBuyer.kind == "invoice",
        InvoiceBuyer.refund_id.is_(None),
    )
    return _write(uow, "receipt", buyer, total=paid.total) if buyer else None


def _write(
    uow: UnitOfWork,
    template: str,
    buyer: InvoiceBuyer,
    *,
    total: Money,
    due_on: date | None = None,
    to_pay: UUID | None = None,
) -> Mail | None:
    """Write in the language of the document that goes with it; ``to_pay`` with a link to pay that payment."""
    found = _reader(uow, buyer.customer_id)
    if found is None:
        return None
    customer, account = found
    about = {"payment_id": str(to_pay)} if to_pay else {}
    words = Words.of("sv" if buyer.language == "sv" else "en")
    return mails.write(
        uow,
        template,
        to=customer.billing_email or account.email,
        language=buyer.language,
        account_id=account.id,
        customer_id=customer.id,
        link="pay" if to_pay else "",
        attachments=[Attached(file_name(buyer.number), buyer.id)],
        name=display_name(account.first_name, account.last_name, username=account.username),
        invoice=buyer.number,
        total=words.money(total),
        due_on=words.day(due_on) if due_on else "",
        **about,
    )


def _reader(uow: UnitOfWork, customer_id: UUID) -> tuple[Customer, Account] | None:
    his = select(Customer, Account).where(Customer.id == customer_id, Account.id == Customer.account_id)
    found = uow.session.execute(his).one_or_none()
    return (found.Customer, found.Account) if found else None
