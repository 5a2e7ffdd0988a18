"""Who asks about his own account, and shows that it is really he: with his password."""

from uuid import UUID

from sqlalchemy import select

from kernel.auth import Identity
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Invalid, TooMany, Unauthenticated
from services.customers.accounts import passwords
from services.customers.accounts.confirmation import confirm
from services.customers.accounts.visiting import refuse_on_a_visit
from services.customers.models import Account, Customer
from services.customers.sign_ins import entries

WRONG = N_("This is not your present password.")


class WrongPassword(Invalid):
    """The present password is not the one that was typed."""


class AccountResting(TooMany):
    """After too many wrong tries nobody can try this account's password for a while."""


def oneself(uow: UnitOfWork, *, lock: bool = False) -> Account:
    """Return the asking account, confirmed. Raises NotOnAVisit, Unauthenticated for who is none."""
    refuse_on_a_visit(uow)
    if uow.identity.account_id is None:
        raise Unauthenticated(N_("Sign in first."))
    account = uow.get(Account, uow.identity.account_id, lock=lock)
    confirm(uow)
    return account


def customer_of(uow: UnitOfWork, account_id: UUID) -> UUID | None:
    """Return the customer an account belongs to, if it is one's."""
    return uow.session.scalar(select(Customer.id).where(Customer.account_id == account_id))


def prove_password(database: Database, identity: Identity, password: str) -> None:
    """Raise WrongPassword unless this is the asking account's, AccountResting while it is locked.

    No transaction is open while argon2 takes its time; a wrong one counts as it does at the door.
    """
    with database.unit_of_work(identity) as uow:
        account = oneself(uow)
        if account.is_locked(uow.now):
            raise AccountResting(N_("After ten wrong tries an account rests for ten minutes."))
    if passwords.is_right(account.password_hash, password):
        return
    with database.unit_of_work(identity) as uow:
        now, customer = entries.lock(uow, account.id)
        if now is not None and not now.is_locked(uow.now):
            entries.count_failure(uow, now, customer)
    raise WrongPassword(WRONG, fields={"password": WRONG})
