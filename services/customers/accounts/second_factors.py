"""Setting a second factor up and taking it off: one's own, or as an owner that of somebody who lost his."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.customers import Standing
from kernel.contracts.events import SecondFactorChanged
from kernel.contracts.second_factors import RecoveryCodes, SecondFactorSecret, SecondFactorState
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Conflict, Invalid, NotFound
from kernel.sealing import Sealer
from services.customers import audit
from services.customers.accounts import factor_policy, factors
from services.customers.accounts.accounts import standing_of
from services.customers.accounts.oneself import customer_of, oneself, prove_password
from services.customers.mail import writing as mails
from services.customers.models import Account, SecondFactor
from services.customers.profiles import addresses
from services.customers.profiles.names import display_name

BEGUN_FOR = timedelta(minutes=30)


class AlreadyOn(Conflict):
    """The account has a second factor; it must be taken off before another is set up."""


class NotBegun(NotFound):
    """Nothing is being set up, or it was begun too long ago."""


class NoFactor(NotFound):
    """The account has no second factor."""


class WrongFirstCode(Invalid):
    """The app's first code does not fit its secret: a clock is wrong, or it was another entry."""


def state(uow: UnitOfWork) -> SecondFactorState:
    """Return how it stands with the asking account's second factor."""
    account = oneself(uow)
    factor = factors.find(uow, account.id)
    is_on = factor is not None and factor.confirmed_at is not None
    return SecondFactorState(
        is_on=is_on,
        is_required=account.role is not None and factor_policy.is_required(uow),
        is_begun=_is_begun(uow, factor),
        since=factor.confirmed_at if factor else None,
        codes_left=factors.codes_left(uow, account.id),
    )


def begin(database: Database, identity: Identity, password: str, sealer: Sealer) -> None:
    """Make a secret for the app. Raises WrongPassword, AccountResting, AlreadyOn."""
    prove_password(database, identity, password)
    with database.unit_of_work(identity) as uow:
        account = oneself(uow, lock=True)
        factor = factors.find(uow, account.id)
        if factor is None:
            factor = SecondFactor(account_id=account.id, secret="")
            uow.add(factor)
        if factor.confirmed_at is not None:
            raise AlreadyOn(N_("You have a second factor. Take it off before you set up another."))
        factor.secret, factor.created_at = factors.new_secret(account.id, sealer), uow.now


def begun_secret(uow: UnitOfWork, sealer: Sealer) -> SecondFactorSecret:
    """Return what the app is to be told, as long as its first code is awaited. Raises NotBegun."""
    account = oneself(uow)
    secret = factors.open_secret(_begun(uow, account), sealer)
    return SecondFactorSecret(secret=secret, uri=factors.provisioning_uri(uow, account, secret))


def confirm_first_code(uow: UnitOfWork, code: str, sealer: Sealer) -> RecoveryCodes:
    """Turn the factor on, end all other sessions, and return the recovery codes, this once.

    Raises NotBegun, WrongFirstCode.
    """
    account = oneself(uow, lock=True)
    factor = _begun(uow, account)
    if not factors.Code(code).is_of_an_app or not factors.use_up(uow, account, factor, code, sealer):
        sentence = N_("This is not the code of the app. Check that the clock of the device is right.")
        raise WrongFirstCode(sentence, fields={"code": sentence})
    factor.confirmed_at = uow.now
    codes = factors.new_codes(uow, account.id, sealer)
    return RecoveryCodes(codes=codes, standing=_changed(uow, account, is_on=True, notice="second_factor_on"))


def renew_codes(database: Database, identity: Identity, password: str, sealer: Sealer) -> RecoveryCodes:
    """Give new recovery codes; the old ones open nothing. Raises WrongPassword, AccountResting, NoFactor."""
    prove_password(database, identity, password)
    with database.unit_of_work(identity) as uow:
        account = oneself(uow, lock=True)
        _confirmed(uow, account)
        audit.note(uow, "recovery codes renewed", account.id)
        codes = factors.new_codes(uow, account.id, sealer)
        return RecoveryCodes(codes=codes, standing=standing_of(uow, account, customer_of(uow, account.id)))


def remove(database: Database, identity: Identity, password: str) -> Standing:
    """Take one's own factor off. Raises WrongPassword, AccountResting, NoFactor."""
    prove_password(database, identity, password)
    with database.unit_of_work(identity) as uow:
        account = oneself(uow, lock=True)
        _confirmed(uow, account)
        return take_off(uow, account, notice="second_factor_off")


def take_off(uow: UnitOfWork, account: Account, *, notice: str) -> Standing:
    """Delete factor and codes, end the sessions, and write to the account. Raises NoFactor."""
    _confirmed(uow, account)
    factors.forget(uow, account.id)
    return _changed(uow, account, is_on=False, notice=notice)


def reset_by_operator(uow: UnitOfWork, email: str) -> None:
    """Take the factor off whoever signs in with this address. Raises NotFound, NoFactor."""
    found = uow.session.scalar(select(Account.id).where(Account.email_key == addresses.key_of(email)))
    if found is None:
        raise NotFound(Account.missing)
    take_off(uow, uow.get(Account, found, lock=True), notice="second_factor_reset")


def _begun(uow: UnitOfWork, account: Account) -> SecondFactor:
    factor = factors.find(uow, account.id)
    if factor is None or not _is_begun(uow, factor):
        raise NotBegun(N_("Begin once more: setting up a second factor has taken too long."))
    return factor


def _is_begun(uow: UnitOfWork, factor: SecondFactor | None) -> bool:
    return factor is not None and factor.confirmed_at is None and factor.created_at > uow.now - BEGUN_FOR


def _confirmed(uow: UnitOfWork, account: Account) -> SecondFactor:
    factor = factors.find_confirmed(uow, account.id)
    if factor is None:
        raise NoFactor(N_("There is no second factor on this account."))
    return factor


def _changed(uow: UnitOfWork, account: Account, *, is_on: bool, notice: str) -> Standing:
    customer_id = customer_of(uow, account.id)
    audit.note(
        uow,
        "second factor set up" if is_on else "second factor taken off",
        account.id,
        before={"second_factor": not is_on},
        after={"second_factor": is_on},
    )
    account.epoch += 1
    uow.publish(SecondFactorChanged(account_id=account.id, customer_id=customer_id, is_on=is_on))
    _tell(uow, account, notice)
    uow.session.flush()
    return standing_of(uow, account, customer_id)


def _tell(uow: UnitOfWork, account: Account, notice: str) -> None:
    with suppress(NotFound):  # a network that cannot write mail yet is no reason to leave an account open
        mails.write(
            uow,
            notice,
            to=account.email,
            language=account.locale,
            account_id=account.id,
            name=display_name(account.first_name, account.last_name, username=account.username),
        )
