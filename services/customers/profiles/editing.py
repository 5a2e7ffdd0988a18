"""Changing what is written about a customer: one save, whatever the number of fields."""

from uuid import UUID

from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.events import CustomerChanged
from kernel.contracts.profiles import CREDENTIALS, FIELDS, ProfileChange, ProfileField
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden, NotFound
from services.customers import audit
from services.customers.folding import login_key
from services.customers.models import Account, Customer
from services.customers.profiles import addresses, logins
from services.customers.profiles.rules import NOT_SAVED, Examination, Profile, ProfileNotValid
from services.customers.profiles.search_words import FOUND_BY, reword


class ChangedMeanwhile(Conflict):
    """Somebody else saved the customer after the caller had looked at him."""


def change_profile(uow: UnitOfWork, customer_id: UUID, change: ProfileChange) -> None:
    """Change the named fields of a customer, all of them or none; a change to what is there does nothing.

    Raises ChangedMeanwhile for a caller who has not seen the present version, ProfileNotValid with every
    field that is wrong, LoginNotYours, NotFound.
    """
    require_may_edit(uow.identity, change.changes)
    account, customer = _locked(uow, customer_id)
    if change.seen is not None and customer.version not in change.seen:
        raise ChangedMeanwhile(N_("Somebody else changed this customer meanwhile. Nothing is saved."))
    before = profile_of(account, customer)
    changes = examined(uow, account, before, change.changes)
    if not changes:
        return
    if changes.keys() & CREDENTIALS:
        logins.require_may_change(uow.identity, account)
    _save(uow, account, customer, before, changes)


def require_may_edit(asking: Identity, named: Profile) -> None:
    """Raise Forbidden unless whoever asks may change these fields of some customer; never on a visit."""
    if asking.is_visiting:
        raise Forbidden(N_("While switched to a customer nobody is edited. Switch back first."))
    if named.keys() - CREDENTIALS:
        asking.require("customers.edit")
    if named.keys() & CREDENTIALS:
        asking.require("customers.credentials")


def profile_of(account: Account, customer: Customer) -> dict[ProfileField, str]:
    """Return the profile as it stands."""
    return {field: getattr(_row_of(field, account, customer), field) for field in FIELDS}


def examined(uow: UnitOfWork, account: Account, before: Profile, changes: Profile) -> dict[ProfileField, str]:
    """Return what is to be changed, as it is kept. Raises ProfileNotValid with every field that is wrong."""
    found = Examination(before, changes)
    kept = logins.completed(account, found.kept)
    wrong = logins.taken(uow, account, kept) | found.wrong
    if wrong:
        raise ProfileNotValid(NOT_SAVED, fields=wrong)
    return kept


def _locked(uow: UnitOfWork, customer_id: UUID) -> tuple[Account, Customer]:
    """Return the customer and his account, locked: the account first, as a sign-in does."""
    his = select(Account).join(
        Customer, (Customer.network_id == Account.network_id) & (Customer.account_id == Account.id)
    )
    account = uow.session.scalar(his.where(Customer.id == customer_id).with_for_update(of=Account))
    if account is None:
        raise NotFound(Customer.missing)
    return account, uow.get(Customer, customer_id, lock=True)


def _save(uow: UnitOfWork, account: Account, customer: Customer, before: Profile, changes: Profile) -> None:
    old = {field: before[field] for field in changes}
    audit.note(uow, "customer changed", customer.id, before=old, after=changes)
    for field, value in changes.items():
        setattr(_row_of(field, account, customer), field, value)
    account.email_key, account.username_key = addresses.key_of(account.email), login_key(account.username)
    customer.version += 1
    with logins.untaken():
        uow.session.flush()
    if FOUND_BY & changes.keys():
        reword(uow, [(account, customer)])
    uow.publish(CustomerChanged(customer_id=customer.id, fields=sorted(changes)))
    if "email" in changes:
        logins.follow_address(uow, account, customer, old=before["email"])


def _row_of(field: ProfileField, account: Account, customer: Customer) -> Account | Customer:
    return customer if hasattr(Customer, field) else account
