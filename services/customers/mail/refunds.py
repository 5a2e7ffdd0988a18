"""What a customer is told when money went back to him."""

from decimal import Decimal
from uuid import UUID

from babel.numbers import format_currency, get_currency_precision
from sqlalchemy import select

from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.invoice_pdf import file_name
from services.customers.mail import writing as mails
from services.customers.mail.attachments import Attached
from services.customers.models import Account, Customer, InvoiceBuyer, Network
from services.customers.profiles import buyers
from services.customers.profiles.names import display_name


def tell_of_refund(
    uow: UnitOfWork, customer_id: UUID, money: Money, *, payment: int, refund_id: UUID
) -> None:
    """Write to the customer how much went back of which payment; nobody is written to who is gone.

    The credit note goes with it, if it is his: whoever took a payment over gets no other's.
    """
    his = (
        select(Customer, Account)
        .join(Account, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
        .where(Customer.id == customer_id)
    )
    found = uow.session.execute(his).one_or_none()
    if found is None:
        return
    account = found.Account
    language = account.locale or uow.session.scalar(select(Network.locale)) or "en"
    mails.write(
        uow,
        "refund",
        to=account.email,
        language=language,
        account_id=account.id,
        customer_id=customer_id,
        attachments=_credit_note(uow, customer_id, refund_id),
        name=display_name(account.first_name, account.last_name, username=account.username),
        amount=_in_words(money, language),
        payment=payment,
    )


def _credit_note(uow: UnitOfWork, customer_id: UUID, refund_id: UUID) -> list[Attached]:
    note = buyers.find(
        uow,
        InvoiceBuyer.refund_id == refund_id,
        InvoiceBuyer.kind == "credit_note",
        InvoiceBuyer.customer_id == customer_id,
    )
    return [Attached(file_name(note.number), note.id)] if note else []


def _in_words(money: Money, language: str) -> str:
    whole = Decimal(money.amount).scaleb(-get_currency_precision(money.currency))
    return format_currency(whole, money.currency, locale=language)
