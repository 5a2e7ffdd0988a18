"""All that lets somebody in: a lock on it is taken off, or an admin ends every bit of it at once."""

from uuid import UUID

from sqlalchemy import or_, update

from kernel.contracts.credentials import AccessEnded
from kernel.contracts.events import AccountUnlocked, SignInForced
from kernel.database import UnitOfWork
from services.customers import audit
from services.customers.accounts.password_links import end_links, lock_credentials
from services.customers.models import Account, ApiKey
from services.customers.sign_ins import sightings


def unlock(uow: UnitOfWork, customer_id: UUID) -> None:
    """Let a customer try again at once; nothing happens when he is not locked. Raises LoginNotYours."""
    customer, account = lock_credentials(uow, customer_id)
    if not account.is_locked(uow.now):
        return
    until = account.locked_until.isoformat() if account.locked_until else None
    audit.note(uow, "account unlocked", customer.id, before={"locked_until": until})
    account.unlock()
    uow.publish(AccountUnlocked(account_id=account.id, customer_id=customer.id))


def end_access(uow: UnitOfWork, customer_id: UUID) -> AccessEnded:
    """End all that lets the customer in until he signs in again; return how much there was.

    The epoch ends every session and visit, wherever it is kept, in this transaction. Whoever asks is
    let in nowhere by it. Raises LoginNotYours, NotFound.
    """
    customer, account = lock_credentials(uow, customer_id)
    ended = end_all(uow, account)
    counts = ended.model_dump(mode="json", exclude={"account_id", "epoch"})
    audit.note(uow, "sign-in forced", customer.id, **counts)
    uow.publish(SignInForced(account_id=account.id, customer_id=customer.id))
    return ended


def end_all(uow: UnitOfWork, account: Account) -> AccessEnded:
    """End the sessions, visits, keys and links of a locked account; return how many there were."""
    ended = AccessEnded(
        account_id=account.id,
        epoch=account.epoch + 1,
        api_keys=_revoke_keys(uow, account),
        reset_links=end_links(uow, account, "reset"),
        verify_links=end_links(uow, account, "verify"),
        invitations=end_links(uow, account, "invite"),
    )
    account.epoch = ended.epoch
    sightings.gone(uow, account.id)
    return ended


def _revoke_keys(uow: UnitOfWork, account: Account) -> int:
    """Revoke the keys that answer for the account, or that it made, and that still open something."""
    his = (
        update(ApiKey)
        .where(or_(ApiKey.account_id == account.id, ApiKey.created_by == f"account:{account.id}"))
        .where(ApiKey.revoked_at.is_(None))
        .where(or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > uow.now))
        .values(revoked_at=uow.now)
        .returning(ApiKey.id)
        .execution_options(synchronize_session=False)
    )
    return len(uow.session.scalars(his).all())
