"""Accounts: who may sign in, and how they like their pages."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, bindparam, or_, select

from kernel.contracts.access import ROLES, SITE_OWNER, Role, held_by
from kernel.contracts.customers import Standing
from kernel.contracts.events import AdminCreated
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden, Invalid, Unauthenticated
from kernel.ids import new_id
from kernel.prepared import Prepared
from services.customers import audit
from services.customers.accounts.factor_policy import FACTOR_IS_MISSING, factor_is_missing
from services.customers.folding import login_key
from services.customers.models import Account, Customer
from services.customers.profiles import addresses
from services.customers.profiles.names import display_name

STANDING = Prepared(
    select(
        Account.id,
        Account.first_name,
        Account.last_name,
        Account.username,
        Account.email,
        Account.role,
        Account.epoch,
        Account.locale,
        Account.time_zone,
        Account.preferences,
        FACTOR_IS_MISSING.label("factor_is_missing"),
        Customer.id.label("customer_id"),
    )
    .outerjoin(Customer, (Customer.network_id == Account.network_id) & (Customer.account_id == Account.id))
    .where(Account.id == bindparam("account_id"))
)


class LoginTaken(Conflict):
    """The e-mail address or username is somebody's in this network."""


class RoleNotKnown(Invalid):
    """There is no such role."""


def create_admin(
    uow: UnitOfWork, *, email: str, name: str, role: str, password_hash: str, locale: str = ""
) -> Account:
    """Make an account that may sign in on the admin host.

    Raises LoginTaken, RoleNotKnown, AddressNotValid.
    """
    if role not in ROLES:
        raise RoleNotKnown(
            N_("There is no role %(role)s; there are %(roles)s."), role=role, roles=", ".join(ROLES)
        )
    account = open_account(
        uow, email=email, first_name=name, password_hash=password_hash, role=role, locale=locale
    )
    audit.note(uow, "admin created", account.id, role=role)
    uow.publish(AdminCreated(account_id=account.id, role=role))
    return account


def open_account(
    uow: UnitOfWork,
    *,
    email: str,
    username: str = "",
    first_name: str = "",
    last_name: str = "",
    password_hash: str | None = None,
    role: str | None = None,
    locale: str = "",
    time_zone: str = "",
) -> Account:
    """Make a login; without a username the address is one. Raises LoginTaken, AddressNotValid."""
    checked = addresses.checked(email)
    name = username.strip() or checked
    account = Account(
        id=new_id(),
        email=checked,
        email_key=addresses.key_of(checked),
        username=name,
        username_key=login_key(name),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        password_hash=password_hash,
        role=role,
        locale=locale,
        time_zone=time_zone,
    )
    _refuse_taken(uow, account)
    uow.add(account)
    uow.session.flush()
    return account


def taken_logins(uow: UnitOfWork, account_id: UUID, *, email_key: str, username_key: str) -> dict[str, str]:
    """Return the fields whose value is another account's, and what to say of them.

    An address must be nobody's username either, and the other way round: it would be one login of two people.
    """
    theirs = or_(
        Account.email_key.in_((email_key, username_key)), Account.username_key.in_((email_key, username_key))
    )
    others = select(Account.email_key, Account.username_key).where(theirs, Account.id != account_id)
    logins = {key for other in uow.session.execute(others) for key in other}
    said = {
        "email": (email_key, N_("This e-mail address already belongs to an account.")),
        "username": (username_key, N_("This username already belongs to an account.")),
    }
    return {field: sentence for field, (key, sentence) in said.items() if key in logins}


def _refuse_taken(uow: UnitOfWork, account: Account) -> None:
    keys = {"email_key": account.email_key, "username_key": account.username_key}
    for field, sentence in taken_logins(uow, account.id, **keys).items():
        raise LoginTaken(sentence, fields={field: sentence})


def standing(uow: UnitOfWork) -> Standing:
    """Return who the asking account is now. Raises Unauthenticated for who is no account."""
    found = STANDING.one_or_none(uow, account_id=uow.identity.account_id)
    if found is None:
        raise Unauthenticated(N_("Sign in first."))
    return _standing(found, found.customer_id, is_missing=found.factor_is_missing)


def standing_of(uow: UnitOfWork, account: Account, customer_id: UUID | None) -> Standing:
    """Return who an account is that has just come in, or was changed."""
    return _standing(account, customer_id, is_missing=factor_is_missing(uow, account.id))


def _standing(account: Account | Row[Any], customer_id: UUID | None, *, is_missing: bool) -> Standing:
    role = cast(Role | None, account.role)
    return Standing(
        account_id=account.id,
        customer_id=customer_id,
        name=display_name(account.first_name, account.last_name, username=account.username),
        email=account.email,
        role=role,
        permissions=sorted(SITE_OWNER if is_missing else held_by(role)),
        epoch=account.epoch,
        locale=account.locale,
        time_zone=account.time_zone,
        preferences=account.preferences,
        must_set_up_second_factor=is_missing,
    )


def change_preferences(uow: UnitOfWork, preferences: dict[str, str]) -> None:
    """Remember how the asking account likes its pages; never on behalf of somebody else."""
    if uow.identity.is_visiting:
        raise Forbidden(N_("While switched to a customer, his preferences stay as they are."))
    if uow.identity.account_id is None:
        raise Unauthenticated(N_("Sign in first."))
    uow.get(Account, uow.identity.account_id).prefer(preferences)
