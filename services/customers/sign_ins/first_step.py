"""Signing in: one answer and one amount of work for every way it can fail."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, text, update

from kernel.auth import Identity
from kernel.contracts.customers import Credentials, Standing
from kernel.contracts.second_factors import Challenge
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Unauthenticated
from kernel.ids import new_id
from services.customers.accounts import passwords
from services.customers.folding import login_key
from services.customers.models import Account, Customer
from services.customers.sign_ins import entries, second_step, sightings
from services.customers.sign_ins.entries import Arrival

Entry = Standing | Challenge

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


def authenticate(database: Database, identity: Identity, given: Credentials) -> Entry:
    """Return who signed in, or what he is still asked for; record the attempt. Raises WrongCredentials.

    Two transactions: none is open while argon2 takes its time.
    """
    with database.unit_of_work(identity) as uow:
        candidate = _find(uow, given.login)
    is_right = passwords.is_right(candidate.password_hash, given.password)
    attempt = Attempt(
        Arrival.at(given.door, given.customer_id, ip=given.ip, user_agent=given.user_agent),
        is_right=is_right,
        renewed=passwords.rehashed(candidate.password_hash, given.password) if is_right else None,
    )
    with database.unit_of_work(identity) as uow:
        entry = attempt.carry_out(uow, candidate)
        if candidate.is_decoy:
            uow.session.flush()
            raise WrongCredentials(REFUSAL)  # before the commit, so that nothing stays
    if entry is None:
        raise WrongCredentials(REFUSAL)
    return entry


def sign_out(uow: UnitOfWork) -> None:
    """Note when somebody went, and let him no longer count as online; an admin in his place is not him."""
    if uow.identity.is_visiting:
        return
    left = update(Account).where(Account.id == uow.identity.account_id)
    uow.session.execute(left.values(last_sign_out_at=uow.now, modified_at=Account.modified_at))
    sightings.gone(uow, uow.identity.account_id)


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
    """Who came to which door, whether the password was right, and its hash by today's parameters."""

    arrival: Arrival
    is_right: bool
    renewed: str | None

    def carry_out(self, uow: UnitOfWork, candidate: Candidate) -> Entry | None:
        """Record the attempt; return the standing when it lets somebody in, or what is still asked for."""
        if not self.is_right:
            # To wait for the disk would take longer than to undo what was done with a decoy.
            uow.session.execute(text("SET LOCAL synchronous_commit TO off"))
        account, customer = entries.lock(uow, candidate.account_id)
        if account is None:
            return None
        entry = self._judge(uow, account, customer, candidate)
        if entry is None:
            entries.record(uow, account, self.arrival, succeeded=False)
        return entry

    def _judge(
        self, uow: UnitOfWork, account: Account, customer: Customer | None, candidate: Candidate
    ) -> Entry | None:
        if account.is_locked(uow.now):
            return None
        # Somebody may have changed the password while argon2 was at work.
        if not self.is_right or account.password_hash != candidate.password_hash:
            entries.count_failure(uow, account, customer)
            return None
        if not (account.is_active and self.arrival.is_at_his_door(account, customer)):
            return None
        account.password_hash = self.renewed or account.password_hash
        asked = second_step.challenge(uow, account, self.arrival)
        return asked or entries.let_in(uow, account, customer, self.arrival)
