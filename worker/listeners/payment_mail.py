"""Mail about payments: an invoice that somebody sends, and the receipt when its money has come."""

from datetime import timedelta

from kernel.contracts.events import InvoiceIssued, InvoiceSent, PaymentCompleted, Recorded
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.mail import payments as payment_mails
from services.customers.profiles import buyers

LATE = timedelta(days=3)
"""After it nobody is thanked any more: payments of long ago are told of when records are brought in."""

payment_mail = Listener("payment_mail", home="customers", start="now")


@payment_mail.to(InvoiceIssued)
def keep_buyer(uow: UnitOfWork, event: InvoiceIssued, _recorded: Recorded) -> None:
    """Know whom an invoice names before it is sent, though another listener writes it down too."""
    buyers.keep_buyer(uow, event)


@payment_mail.to(InvoiceSent)
def send_invoice(uow: UnitOfWork, event: InvoiceSent, _recorded: Recorded) -> None:
    """The cursor moves in the same transaction, so one order is one message."""
    payment_mails.send_invoice(uow, event)


@payment_mail.to(PaymentCompleted)
def send_receipt(uow: UnitOfWork, event: PaymentCompleted, recorded: Recorded) -> None:
    """Thank for the money, with the invoice that is paid now."""
    if uow.now - recorded.occurred_at < LATE:
        payment_mails.send_receipt(uow, event)
