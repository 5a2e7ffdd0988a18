"""Mail to customers whose money went back; billing knows no addresses, so it is written where they are."""

from kernel.contracts.events import InvoiceIssued, PaymentRefunded, Recorded
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.mail.refunds import tell_of_refund
from services.customers.profiles import buyers

refund_mail = Listener("refund_mail", home="customers", start="now")


@refund_mail.to(InvoiceIssued)
def keep_buyer(uow: UnitOfWork, event: InvoiceIssued, _recorded: Recorded) -> None:
    """Know the credit note before the refund is told of, though another listener writes it down too."""
    buyers.keep_buyer(uow, event)


@refund_mail.to(PaymentRefunded)
def tell_customer(uow: UnitOfWork, event: PaymentRefunded, _recorded: Recorded) -> None:
    """The cursor moves in the same transaction, so he is told once."""
    tell_of_refund(uow, event.customer_id, event.amount, payment=event.number, refund_id=event.refund_id)
