"""Who ordered work that goes on without him: whether he still may."""

from uuid import UUID

from kernel.contracts.access import held_by
from kernel.database import UnitOfWork
from services.customers.confirmation import ACCOUNT, KEY
from services.customers.models.api_keys import is_valid, reach_of


def may_go_on(uow: UnitOfWork, permission: str, *, account_id: UUID | None, key_id: UUID | None) -> bool:
    """Whether he still may: who was deactivated leaves nothing running behind him, nor does a key of his."""
    if account_id is not None:
        account = ACCOUNT.one_or_none(uow, account_id=account_id)
        return account is not None and account.is_active and permission in held_by(account.role)
    if key_id is not None:
        key = KEY.one_or_none(uow, key_id=key_id)
        if key is None or not is_valid(key.revoked_at, key.expires_at, uow.now):
            return False
        return permission in reach_of(key, role=key.role, is_active=key.is_active)
    return True
