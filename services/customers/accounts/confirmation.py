"""Does whoever asks still stand? One statement at the start of every request."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from kernel import clock
from kernel.contracts.access import SITE_OWNER, held_by
from kernel.database import UnitOfWork
from kernel.errors import N_, Unauthenticated
from kernel.prepared import Prepared
from services.customers.accounts.factor_policy import FACTOR_IS_MISSING
from services.customers.models import Account, ApiKey, Customer, Network
from services.customers.models.api_keys import is_valid, reach_of

ACCOUNT = Prepared(
    select(
        Account.is_active, Account.epoch, Account.role, FACTOR_IS_MISSING.label("factor_is_missing")
    ).where(Account.id == bindparam("account_id"))
)
TERMS = Prepared(
    select(Network.switch_needs_consent, Network.switch_mode, Customer.assistance_until.label("until"))
    .select_from(Customer)
    .outerjoin(Network, Network.network_id == Customer.network_id)
    .where(Customer.account_id == bindparam("account_id"))
)
KEY = Prepared(
    select(
        ApiKey.revoked_at,
        ApiKey.expires_at,
        ApiKey.scopes,
        ApiKey.account_id,
        Account.role,
        Account.is_active,
    )
    .outerjoin(Account, (Account.network_id == ApiKey.network_id) & (Account.id == ApiKey.account_id))
    .where(ApiKey.id == bindparam("key_id"))
)


class SessionEnded(Unauthenticated):
    """The account was closed, demoted or signed out everywhere, or the key was revoked."""


def confirm(uow: UnitOfWork) -> None:
    """Raise SessionEnded unless the account or key behind the identity is good now.

    On a visit the human's account counts too: who may no longer switch to the owner is out at once. A
    token that holds more than its account or key does now is refused too, whatever the epoch says.
    """
    asking = uow.identity
    if asking.key_id is not None:
        stands = _key_stands(uow, asking.key_id)
    elif asking.impersonator is not None:
        stands = _visitor_stands(uow, asking.impersonator)
    elif asking.account_id is not None:
        stands = _account_stands(uow, asking.account_id)
    else:
        stands = True
    if not stands:
        raise SessionEnded(N_("Your session has ended. Sign in again."))


def _key_stands(uow: UnitOfWork, key_id: UUID) -> bool:
    key = KEY.one_or_none(uow, key_id=key_id)
    if key is None or not is_valid(key.revoked_at, key.expires_at, uow.now):
        return False
    return uow.identity.permissions <= reach_of(key, role=key.role, is_active=key.is_active)


def _visitor_stands(uow: UnitOfWork, admin_id: UUID) -> bool:
    """Whether what was asked when the visit was cleared is still so, of the admin and of the owner."""
    admin = ACCOUNT.one_or_none(uow, account_id=admin_id)
    owner = ACCOUNT.one_or_none(uow, account_id=uow.identity.account_id)
    if admin is None or owner is None or not (admin.is_active and owner.is_active):
        return False
    held = _held(admin)
    may_switch = "customers.switch" in held and owner.role is None
    return may_switch and admin.epoch == uow.identity.epoch and _terms_hold(uow, held)


def _terms_hold(uow: UnitOfWork, held: frozenset[str]) -> bool:
    """Whether the network's terms for switching are still kept, for a visit as it is."""
    terms = TERMS.one_or_none(uow, account_id=uow.identity.account_id)
    if terms is None or (terms.switch_needs_consent and not clock.ahead(terms.until, uow.now)):
        return False
    return uow.identity.is_looking or (terms.switch_mode != "look" and "customers.act" in held)


def _account_stands(uow: UnitOfWork, account_id: UUID) -> bool:
    now = ACCOUNT.one_or_none(uow, account_id=account_id)
    if now is None or not now.is_active or now.epoch != uow.identity.epoch:
        return False
    return uow.identity.permissions <= _held(now) | SITE_OWNER


def _held(account: Any) -> frozenset[str]:
    """Return what an account may do now: no more than a site owner while a required factor is missing."""
    return SITE_OWNER if account.factor_is_missing else held_by(account.role)
