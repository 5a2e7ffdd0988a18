"""The second step of signing in: after the right password, within five minutes, a code."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import cast

from sqlalchemy import delete, select

from kernel.auth import Identity
from kernel.contracts.customers import Standing
from kernel.contracts.events import RecoveryCodeUsed
from kernel.contracts.second_factors import Challenge, SecondStep
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Unauthenticated
from kernel.ids import new_id
from kernel.sealing import Sealer
from services.customers.accounts import factors
from services.customers.models import Account, Customer, SignInAttempt, SignInChallenge
from services.customers.sign_ins import entries
from services.customers.sign_ins.entries import Arrival, Door

LIFETIME = timedelta(minutes=5)
REFUSAL = N_(
    "The code is wrong or has been used already. After ten wrong tries an account rests for ten minutes."
)


class WrongCode(Unauthenticated):
    """Wrong, used, of a locked or closed account: the caller is not told which."""


class ChallengeNotValid(Unauthenticated):
    """No right password stands behind this step, or no longer."""


def challenge(uow: UnitOfWork, account: Account, arrival: Arrival) -> Challenge | None:
    """Return what the second step is taken with, or None when the account needs none.

    Nothing is forgiven yet: failures count on until the code is right. That somebody knew the password
    stands in the history from now on, and is replaced once he comes in.
    """
    if factors.find_confirmed(uow, account.id) is None:
        return None
    mine = SignInChallenge.account_id == account.id
    uow.session.execute(delete(SignInChallenge).where(mine, SignInChallenge.expires_at <= uow.now))
    token = secrets.token_urlsafe(32)
    made = SignInChallenge(
        id=new_id(),
        account_id=account.id,
        token_hash=_hash_of(token),
        door=arrival.door,
        customer_id=arrival.customer_id,
        epoch=account.epoch,
        expires_at=uow.now + LIFETIME,
    )
    uow.add(made)
    entries.record(uow, account, arrival, succeeded=False, lacks_code=True, attempt_id=made.id)
    return Challenge(token=token, expires_at=made.expires_at)


def authenticate(database: Database, identity: Identity, given: SecondStep, sealer: Sealer) -> Standing:
    """Return who signed in, and record the attempt. Raises WrongCode, ChallengeNotValid."""
    with database.unit_of_work(identity) as uow:
        standing = _carry_out(uow, given, sealer)
    if standing is None:  # only now, so that the failure is counted
        raise WrongCode(REFUSAL)
    return standing


def _carry_out(uow: UnitOfWork, given: SecondStep, sealer: Sealer) -> Standing | None:
    begun = _begun(uow, given.token)
    arrival = Arrival.at(cast(Door, begun.door), begun.customer_id, ip=given.ip, user_agent=given.user_agent)
    account, customer = entries.lock(uow, begun.account_id)
    if account is None or account.epoch != begun.epoch:
        raise ChallengeNotValid(SignInChallenge.missing)
    standing, is_right = None, _passes(uow, account, customer, given.code, sealer)
    if is_right:
        _use_up(uow, begun)
        if account.is_active and arrival.is_at_his_door(account, customer):
            _tell_of_recovery(uow, account, customer, given.code)
            standing = entries.let_in(uow, account, customer, arrival)
    if standing is None:
        entries.record(uow, account, arrival, succeeded=False, lacks_code=not is_right)
    return standing


def _begun(uow: UnitOfWork, token: str) -> SignInChallenge:
    known = SignInChallenge.token_hash == _hash_of(token), SignInChallenge.expires_at > uow.now
    begun = uow.session.scalar(select(SignInChallenge).where(*known))
    if begun is None:
        raise ChallengeNotValid(SignInChallenge.missing)
    return begun


def _use_up(uow: UnitOfWork, begun: SignInChallenge) -> None:
    """Let nobody take the step again; the account is locked, but somebody may have been first."""
    gone = delete(SignInChallenge).where(SignInChallenge.id == begun.id).returning(SignInChallenge.id)
    if uow.session.scalar(gone) is None:
        raise ChallengeNotValid(SignInChallenge.missing)
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.id == begun.id))


def _passes(uow: UnitOfWork, account: Account, customer: Customer | None, code: str, sealer: Sealer) -> bool:
    """Whether the code is right and the account not resting; a wrong one counts."""
    if account.is_locked(uow.now):
        return False
    factor = factors.find_confirmed(uow, account.id)
    if factor is None or not factors.use_up(uow, account, factor, code, sealer):
        entries.count_failure(uow, account, customer)
        return False
    return True


def _tell_of_recovery(uow: UnitOfWork, account: Account, customer: Customer | None, code: str) -> None:
    if not factors.Code(code).is_of_an_app:
        left = factors.codes_left(uow, account.id)
        customer_id = customer.id if customer else None
        uow.publish(RecoveryCodeUsed(account_id=account.id, customer_id=customer_id, left=left))


def _hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()
