"""Who ordered work that goes on without him: whether he still may, and his session stands."""

from uuid import UUID

from kernel.contracts.access import held_by
from kernel.database import UnitOfWork
from services.customers.accounts.confirmation import ACCOUNT, KEY
from services.customers.models.api_keys import is_valid, reach_of

NOT_ALLOWED, SESSION_ENDED = "not allowed", "session ended"


def why_stopped(
    uow: UnitOfWork, permission: str, *, account_id: UUID | None, key_id: UUID | None, epoch: int | None
) -> str:
    """Return why what he ordered may not go on; empty while it may.

    ``epoch`` is that of the session it was ordered in: whoever had it was signed out by force since, or
    chose another password, and nobody knows whether it was he who ordered it.
    """
    if not may_go_on(uow, permission, account_id=account_id, key_id=key_id):
        return NOT_ALLOWED
    if account_id is None or key_id is not None or epoch is None:
        return ""
    account = ACCOUNT.one_or_none(uow, account_id=account_id)
    return "" if account is not None and account.epoch == epoch else SESSION_ENDED


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
