"""Signing in: one answer and one amount of work for every way it can fail."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, text, update

from kernel.auth import Identity
from kernel.contracts.customers import Credentials, Standing
from kernel.contracts.events import AccountLocked, SignedIn
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Unauthenticated
from kernel.ids import new_id
from services.customers import passwords
from services.customers.accounts import standing_of
from services.customers.folding import login_key
from services.customers.models import Account, Customer, SignInAttempt
from services.customers.origins import country_of, device_of

REFUSAL = N_("The login or the password is wrong. After ten wrong tries an account rests for ten minutes.")


class WrongCredentials(Unauthenticated):
    """Unknown, wrong, locked, inactive or at the wrong door: the caller is not told which."""


@dataclass(frozen=True)
class Candidate:
    """The account that a login names, as it was before the password was looked at.

    For a login nobody has it is a decoy: some account, with which the same is done and then undone, so
    that how long the answer takes does not tell which logins there are.
    """

    account_id: UUID
    password_hash: str | None
    is_decoy: bool = False


def authenticate(database: Database, identity: Identity, given: Credentials) -> Standing:
    """Return who signed in, and record the attempt. Raises WrongCredentials.

    Two transactions: none is open while argon2 takes its time.
    """
    with database.unit_of_work(identity) as uow:
        candidate = _find(uow, given.login)
    is_right = passwords.is_right(candidate.password_hash, given.password)
    attempt = Attempt(
        given,
        is_right=is_right,
        renewed=passwords.rehashed(candidate.password_hash, given.password) if is_right else None,
        country=country_of(given.ip),
        device=device_of(given.user_agent),
    )
    with database.unit_of_work(identity) as uow:
        standing = attempt.carry_out(uow, candidate)
        if candidate.is_decoy:
            uow.session.flush()
            raise WrongCredentials(REFUSAL)  # before the commit, so that nothing stays
    if standing is None:
        raise WrongCredentials(REFUSAL)
    return standing


def sign_out(uow: UnitOfWork) -> None:
    """Let the account no longer count as online."""
    if uow.identity.is_visiting:
        return
    gone = update(Customer).where(Customer.account_id == uow.identity.account_id)
    uow.session.execute(gone.values(last_seen_at=None, modified_at=Customer.modified_at))


def _find(uow: UnitOfWork, login: str) -> Candidate:
    key = login_key(login)
    named = select(Account.id, Account.password_hash).where(
        or_(Account.email_key == key, Account.username_key == key)
    )
    # An address beats a username that looks like it.
    found = uow.session.execute(named.order_by(Account.email_key == key).limit(2)).all()
    decoy = uow.session.scalar(select(Account.id).order_by(Account.id).limit(1))
    return Candidate(*found[-1]) if found else Candidate(decoy or new_id(), None, is_decoy=True)


@dataclass(frozen=True)
class Attempt:
    """What was typed at which door, whether the password was right, and where it came from."""

    given: Credentials
    is_right: bool
    renewed: str | None
    country: str
    device: str

    def carry_out(self, uow: UnitOfWork, candidate: Candidate) -> Standing | None:
        """Record the attempt; return the standing when it lets somebody in."""
        if not self.is_right:
            # To wait for the disk would take longer than to undo what was done with a decoy.
            uow.session.execute(text("SET LOCAL synchronous_commit TO off"))
        account = self._lock(uow, candidate)
        if account is None:
            return None
        customer = uow.session.scalar(select(Customer).where(Customer.account_id == account.id))
        if account.is_locked(uow.now):
            self._record(uow, account, succeeded=False)
            return None
        # Somebody may have changed the password while argon2 was at work.
        is_right = self.is_right and account.password_hash == candidate.password_hash
        may_enter = is_right and account.is_active and self._is_at_his_door(account, customer)
        self._record(uow, account, succeeded=may_enter)
        if may_enter:
            return self._enter(uow, account, customer)
        if not is_right and account.fail(uow.now) and account.locked_until:
            customer_id = customer.id if customer else None
            uow.publish(
                AccountLocked(account_id=account.id, customer_id=customer_id, until=account.locked_until)
            )
        return None

    def _lock(self, uow: UnitOfWork, candidate: Candidate) -> Account | None:
        wanted = select(Account).where(Account.id == candidate.account_id)
        return uow.session.scalar(wanted.with_for_update(of=Account))

    def _is_at_his_door(self, account: Account, customer: Customer | None) -> bool:
        if self.given.door == "admin":
            return account.role is not None
        return customer is not None and customer.id == self.given.customer_id

    def _enter(self, uow: UnitOfWork, account: Account, customer: Customer | None) -> Standing:
        account.failures, account.locked_until = 0, None
        account.password_hash = self.renewed or account.password_hash
        customer_id = customer.id if customer else None
        if customer_id:
            # Coming by is no change of the customer, so his modified_at stays.
            seen = update(Customer).where(Customer.id == customer_id)
            times = {"last_sign_in_at": uow.now, "last_seen_at": uow.now}
            uow.session.execute(seen.values(**times, modified_at=Customer.modified_at))
        uow.publish(SignedIn(account_id=account.id, customer_id=customer_id, country=self.country))
        return standing_of(account, customer_id)

    def _record(self, uow: UnitOfWork, account: Account, *, succeeded: bool) -> None:
        uow.add(
            SignInAttempt(
                id=new_id(),
                account_id=account.id,
                at=uow.now,
                door=self.given.door,
                ip=self.given.ip,
                country=self.country,
                device=self.device,
                succeeded=succeeded,
            )
        )
