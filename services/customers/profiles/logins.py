"""Changing what somebody signs in with: who may, what it must not collide with, and whom it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.contracts.access import Role, dominates
from kernel.contracts.profiles import ProfileField
from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden
from services.customers.accounts import accounts, one_time_tokens
from services.customers.folding import login_key
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer
from services.customers.profiles import addresses, reachability, verification
from services.customers.profiles.names import display_name
from services.customers.profiles.rules import NOT_SAVED, ProfileNotValid

TAKEN = {
    "uq_accounts_network_id_email_key": "email",
    "uq_accounts_network_id_username_key": "username",
}
"""What PostgreSQL says when somebody else was quicker, and the field it is about."""


class LoginNotYours(Forbidden):
    """The account belongs to an admin with as many rights: to change its login would be to take it over."""


def require_may_change(asking: Identity, account: Account) -> None:
    """Raise LoginNotYours unless whoever asks may decide how this account signs in, or whether."""
    asking.require("customers.credentials")
    if account.id == asking.account_id or dominates(asking.permissions, cast(Role | None, account.role)):
        return
    sentence = N_(
        "This customer is %(role)s of the network too. Only somebody with more rights may decide with what "
        "and whether he signs in."
    )
    raise LoginNotYours(sentence, role=account.role)


def completed(account: Account, changes: dict[ProfileField, str]) -> dict[ProfileField, str]:
    """Return the changes with the username that follows from them: without one the address is it."""
    email = changes.get("email", account.email)
    username = changes.get("username", account.username)
    follows = "username" not in changes and account.username_key == account.email_key
    username = email if follows or not username else username
    return changes | {"username": username} if username != account.username else without(changes, "username")


def without(changes: dict[ProfileField, str], field: ProfileField) -> dict[ProfileField, str]:
    """Return the changes but one."""
    return {name: value for name, value in changes.items() if name != field}


def taken(uow: UnitOfWork, account: Account, changes: dict[ProfileField, str]) -> dict[str, str]:
    """Return which of the changed logins are somebody else's, and what to say of them."""
    email, username = changes.get("email", account.email), changes.get("username", account.username)
    keys = {"email_key": addresses.key_of(email), "username_key": login_key(username)}
    found = accounts.taken_logins(uow, account.id, **keys)
    return said_once({field: sentence for field, sentence in found.items() if field in changes}, keys)


def said_once(found: dict[str, str], keys: dict[str, str]) -> dict[str, str]:
    """Return one sentence of two when the address is the username too."""
    is_both = keys["email_key"] == keys["username_key"] and "email" in found
    return {"email": found["email"]} if is_both else found


@contextmanager
def untaken() -> Iterator[None]:
    """Write an account within. Raises ProfileNotValid when somebody else took its login just now."""
    try:
        yield
    except IntegrityError as reason:
        told = getattr(reason.orig, "diag", None)
        field = TAKEN.get(getattr(told, "constraint_name", "") or "")
        if field is None:
            raise
        sentence = N_("This has just been taken by somebody else.")
        raise ProfileNotValid(NOT_SAVED, fields={field: sentence}) from reason


def follow_address(uow: UnitOfWork, account: Account, customer: Customer, *, old: str) -> None:
    """Begin verification again, make open links void, and tell both addresses.

    Another spelling of the same address is no other address: it stays verified, and nobody is written to.
    """
    if addresses.key_of(old) == account.email_key:
        return
    one_time_tokens.void(uow, account.id, "verify", "reset", "invite")
    reachability.forget(customer)
    _write_to(uow, account, customer, "address_changed_old", to=old, old=old)
    _write_to(uow, account, customer, "address_changed_new", to=account.email, email=account.email)
    verification.start_again(uow, customer, account)


def _write_to(
    uow: UnitOfWork, account: Account, customer: Customer, template: str, *, to: str, **values: Any
) -> None:
    name = display_name(account.first_name, account.last_name, customer.billing_company, account.username)
    mails.write(
        uow, template, to=to, language=account.locale, account_id=account.id, customer_id=customer.id,
        link="", name=name, **values,
    )  # fmt: skip
