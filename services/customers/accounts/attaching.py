"""An account that there is already, and is to become a customer's too, as an admin's does.

Who the account is, is told only to somebody who may see admins; to anybody else the address is taken.
"""

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.errors import N_, Filled
from services.customers.models import Account, Customer
from services.customers.profiles import addresses
from services.customers.profiles.names import display_name

SEES_ADMINS = "network.settings"

TAKEN = N_("This e-mail address already belongs to an account.")
A_CUSTOMERS = N_("This is the address of customer %(number)s already, and an account is one customer's.")
CLOSED = N_("The account with this address is not active.")
AN_ADMINS = N_("This is the address of %(name)s, who is %(role)s of the network and no customer.")
INVITED = N_("This is the address of %(name)s, who is invited to the network and no customer.")


def account_with(uow: UnitOfWork, email: str) -> Account | None:
    """Return the account with the address, locked, so that it becomes one customer's only."""
    known = select(Account).where(Account.email_key == addresses.key_of(email))
    return uow.session.scalar(known.with_for_update(of=Account).execution_options(populate_existing=True))


def refusal_of(uow: UnitOfWork, account: Account) -> str:
    """Return why the account cannot become a customer's, or whoever asks may not know; empty when it can."""
    number = uow.session.scalar(select(Customer.number).where(Customer.account_id == account.id))
    if number is not None:
        return Filled(A_CUSTOMERS, number=number)
    if SEES_ADMINS not in uow.identity.permissions:
        return Filled(TAKEN)
    return "" if account.is_active else Filled(CLOSED)


def described(account: Account) -> str:
    """Return who has the account: what is said before it is attached."""
    name = display_name(account.first_name, account.last_name, username=account.username)
    if account.role is None:
        return Filled(INVITED, name=name)
    return Filled(AN_ADMINS, name=name, role=account.role)
