"""Setting a password: by a link that was mailed, or by somebody who is signed in and knows the present one.

Either way the account's sessions end, the link that could set it once more is void, a lock is taken
off, and a notice goes to the address.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Literal, cast

from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.access import Role
from kernel.contracts.credentials import PasswordChange, PasswordReset, ResetDone, ResetShown
from kernel.contracts.customers import Standing
from kernel.contracts.events import PasswordChanged
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, NotFound
from services.customers import audit
from services.customers.accounts import accounts, one_time_tokens, password_links, passwords
from services.customers.accounts.one_time_tokens import LinkNotValid
from services.customers.accounts.oneself import WRONG, WrongPassword, oneself, prove_password
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer
from services.customers.profiles.names import display_name

How = Literal["link", "owner"]


def look(uow: UnitOfWork, token: str) -> ResetShown:
    """Return with what the link's owner signs in, and change nothing. Raises LinkNotValid."""
    account = _owner(one_time_tokens.find(uow, token, "reset"))
    return ResetShown(email=account.email, username=account.username)


def reset(database: Database, identity: Identity, given: PasswordReset) -> ResetDone:
    """Use the link up and set the password. Raises LinkNotValid, PasswordNotAllowed.

    Two transactions: none is open while argon2 takes its time. A password that breaks a rule leaves
    the link as good as it was.
    """
    with database.unit_of_work(identity) as uow:
        shown = look(uow, given.token)
    password_hash = passwords.hash_password(given.password, shown.email, shown.username)
    with database.unit_of_work(identity) as uow:
        account = _owner(one_time_tokens.consume(uow, given.token, "reset"))
        # The gateway carries the link, but it is the account's owner who sets the password.
        uow.act_for(replace(identity, actor=f"account:{account.id}"))
        customer = _set(uow, account, password_hash, "link")
        return ResetDone(customer_id=customer.id if customer else None, role=cast(Role | None, account.role))


def change(database: Database, identity: Identity, given: PasswordChange) -> Standing:
    """Set another password of who asks; return his standing, by which this one session goes on.

    Raises WrongPassword and PasswordNotAllowed with all that is wrong, AccountResting, Unauthenticated.
    """
    with database.unit_of_work(identity) as uow:
        account = oneself(uow)
    _prove(database, identity, account, given)
    password_hash = passwords.hash_password(given.password, account.email, account.username)
    with database.unit_of_work(identity) as uow:
        now = oneself(uow, lock=True)
        if now.password_hash != account.password_hash:
            raise _wrong({})  # somebody changed it while argon2 was at work
        customer = _set(uow, now, password_hash, "owner")
        return accounts.standing_of(uow, now, customer.id if customer else None)


def _set(uow: UnitOfWork, account: Account, password_hash: str, how: How) -> Customer | None:
    customer = uow.session.scalar(select(Customer).where(Customer.account_id == account.id))
    customer_id = customer.id if customer else None
    audit.note(uow, "password changed", customer_id or account.id, how=how)
    account.password_hash = password_hash
    account.unlock()
    account.epoch += 1
    password_links.end_links(uow, account, "reset")
    uow.publish(PasswordChanged(account_id=account.id, customer_id=customer_id, how=how))
    with suppress(NotFound):  # a network that cannot write mail yet is no reason to keep an old password
        _tell(uow, account, customer)
    return customer


def _tell(uow: UnitOfWork, account: Account, customer: Customer | None) -> None:
    mails.write(
        uow,
        "password_changed",
        to=account.email,
        language=account.locale,
        account_id=account.id,
        customer_id=customer.id if customer else None,
        name=display_name(account.first_name, account.last_name, username=account.username),
        email=account.email,
    )


def _prove(database: Database, identity: Identity, account: Account, given: PasswordChange) -> None:
    """Raise WrongPassword, also with what is wrong with the new one, unless the present one is right."""
    try:
        prove_password(database, identity, given.present)
    except WrongPassword as refusal:
        broken = passwords.broken_rules(given.password, account.email, account.username)
        raise _wrong(broken) from refusal


def _wrong(broken: dict[str, str]) -> WrongPassword:
    fields = {"present": WRONG} | {f"password.{rule}": sentence for rule, sentence in broken.items()}
    return WrongPassword(N_("The password is not changed."), fields=fields)


def _owner(account: Account) -> Account:
    """Return the account if a password opens anything. Raises LinkNotValid."""
    if not account.is_active:
        raise LinkNotValid(one_time_tokens.NO_LONGER)
    return account
