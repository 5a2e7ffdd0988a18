"""The API keys of a network, as its owners see them."""

from sqlalchemy import Row, select
from sqlalchemy.orm import aliased

from kernel.contracts.api_keys import ApiKeyRow, ApiKeysList, KeyState
from kernel.database import UnitOfWork
from services.customers.models import Account, ApiKey
from services.customers.models.api_keys import reach_of
from services.customers.profiles.names import display_name

ORDER: tuple[KeyState, ...] = ("active", "asleep", "expired", "revoked")


def api_keys_list(uow: UnitOfWork) -> ApiKeysList:
    """Return every key, good ones first, then the newest."""
    maker = aliased(ApiKey)
    found = (
        select(ApiKey, Account, maker.name.label("made_with"))
        .outerjoin(Account, Account.id == ApiKey.account_id)
        .outerjoin(maker, maker.id == ApiKey.made_with)
        .order_by(ApiKey.created_at.desc(), ApiKey.id)
    )
    rows = [_row(uow, row) for row in uow.session.execute(found).all()]
    return ApiKeysList(
        items=sorted(rows, key=lambda row: ORDER.index(row.state)), scopes=sorted(uow.identity.permissions)
    )


def _row(uow: UnitOfWork, row: Row[ApiKey, Account, str]) -> ApiKeyRow:
    key, account, maker = row
    role, is_active = (account.role, account.is_active) if account else (None, None)
    reaches = reach_of(key, role=role, is_active=is_active)
    return ApiKeyRow(
        id=key.id,
        name=key.name,
        scopes=key.scopes,
        reaches=sorted(reaches),
        state=_state(uow, key, reaches),
        created_by=_name(account) if account else "",
        made_with=maker or "",
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )


def _state(uow: UnitOfWork, key: ApiKey, reaches: frozenset[str]) -> KeyState:
    if key.revoked_at is not None:
        return "revoked"
    if not key.is_valid(uow.now):
        return "expired"
    return "active" if reaches else "asleep"


def _name(account: Account) -> str:
    return display_name(account.first_name, account.last_name, username=account.username)
