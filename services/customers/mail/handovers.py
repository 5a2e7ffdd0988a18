"""What is written when a customer is handed over: to who was the customer, and to who is."""

from kernel.database import UnitOfWork
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer
from services.customers.profiles.names import display_name


def write_to_both(uow: UnitOfWork, customer: Customer, former: Account, successor: Account) -> None:
    """Tell both; the new one without a password is sent a link to choose one.

    The message to the former account is not bound to it: it goes out although the account may be gone.
    """
    mails.write(
        uow, "handed_over_old", to=former.email, language=former.locale, customer_id=customer.id,
        name=_name(former), number=customer.number,
    )  # fmt: skip
    has_password = successor.password_hash is not None
    mails.write(
        uow, "handed_over_known" if has_password else "handed_over_new", to=successor.email,
        language=successor.locale, account_id=successor.id, customer_id=customer.id,
        link="" if has_password else "reset", name=_name(successor), email=successor.email,
        number=customer.number,
    )  # fmt: skip


def _name(account: Account) -> str:
    return display_name(account.first_name, account.last_name, username=account.username)
