"""Links by which somebody sets a password: mailed because he, or an admin for him, asked for one."""

from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select

from kernel.contracts.events import PasswordLinkSent
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from services.customers import audit
from services.customers.accounts.link_limits import refuse_too_often
from services.customers.accounts.one_time_tokens import Purpose, void
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer, LinkRequest, Mail
from services.customers.profiles import logins
from services.customers.profiles.names import display_name

TEMPLATE = "reset_password"

Asking = Literal["admin", "customer"]


class AccountNotActive(Conflict):
    """Nobody can sign in with the account, so a password would open nothing."""


def send(uow: UnitOfWork, customer_id: UUID) -> None:
    """Mail a customer a link because an admin wants it.

    Raises LoginNotYours, AccountNotActive, ResentTooOften, NotFound.
    """
    customer, account = lock_credentials(uow, customer_id)
    if not account.is_active:
        raise AccountNotActive(N_("This customer's account is not active, so no password opens it."))
    refuse_too_often(uow, account.id, TEMPLATE, "admin")
    audit.note(uow, "password link sent", customer.id)
    _write(uow, account, customer.id, "admin")


def send_to_oneself(uow: UnitOfWork, account: Account) -> None:
    """Mail the account's owner a link because he asked; one that has no door gets none.

    Raises ResentTooOften.
    """
    uow.get(Account, account.id, lock=True)  # those who ask at once are counted one after the other
    customer_id = uow.session.scalar(select(Customer.id).where(Customer.account_id == account.id))
    if customer_id is None and account.role is None:
        return
    refuse_too_often(uow, account.id, TEMPLATE, "customer")
    _write(uow, account, customer_id, "customer")


def lock_credentials(uow: UnitOfWork, customer_id: UUID) -> tuple[Customer, Account]:
    """Return customer and account, locked, to an admin who may decide about them.

    Raises LoginNotYours, NotFound.
    """
    customer = uow.get(Customer, customer_id)
    account = uow.get(Account, customer.account_id, lock=True)
    logins.require_may_change(uow.identity, account)
    return customer, account


def end_links(uow: UnitOfWork, account: Account, purpose: Purpose) -> int:
    """Let no link of the purpose open anything more, sent or not; return how many there were.

    What is being sent this moment is not: without its row the worker does not end the message.
    """
    waiting = delete(Mail).where(
        Mail.account_id == account.id, Mail.link == purpose, Mail.state.in_(("due", "leased"))
    )
    unsent = uow.session.scalars(waiting.returning(Mail.id).execution_options(synchronize_session=False))
    asked = delete(LinkRequest).where(
        LinkRequest.email_key == account.email_key, LinkRequest.purpose == purpose
    )
    uow.session.execute(asked.execution_options(synchronize_session=False))
    return len(unsent.all()) + void(uow, account.id, purpose)


def _write(uow: UnitOfWork, account: Account, customer_id: UUID | None, asking: Asking) -> None:
    mails.write(
        uow,
        TEMPLATE,
        to=account.email,
        language=account.locale,
        account_id=account.id,
        customer_id=customer_id,
        link="reset",
        name=display_name(account.first_name, account.last_name, username=account.username),
        email=account.email,
        asking=asking,
    )
    uow.publish(PasswordLinkSent(account_id=account.id, customer_id=customer_id, how=asking))
