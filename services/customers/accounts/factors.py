"""Codes: those of an app (TOTP, RFC 6238) and those on paper. Each is good once."""

import re
import secrets
from dataclasses import dataclass
from hmac import compare_digest
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select, update

from kernel.database import UnitOfWork
from kernel.sealing import Sealer
from services.customers.models import Account, Network, RecoveryCode, SecondFactor

CODES = 10
LENGTH = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter or digit that is taken for another on paper; ten of them are 49 bits."""
DRIFT = 1
"""So many steps of 30 seconds may a phone be early or late (RFC 6238, 5.2)."""
OF_AN_APP = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Code:
    """A code as somebody typed it, with or without spaces and hyphens."""

    typed: str

    @property
    def plain(self) -> str:
        return re.sub(r"[\s-]", "", self.typed).lower()

    @property
    def is_of_an_app(self) -> bool:
        return OF_AN_APP.fullmatch(self.plain) is not None


def find(uow: UnitOfWork, account_id: UUID) -> SecondFactor | None:
    """Return the account's second factor, set up or only begun."""
    return uow.session.scalar(select(SecondFactor).where(SecondFactor.account_id == account_id))


def find_confirmed(uow: UnitOfWork, account_id: UUID) -> SecondFactor | None:
    """Return the second factor that is asked for at sign-in, if there is one."""
    found = find(uow, account_id)
    return found if found and found.confirmed_at else None


def use_up(uow: UnitOfWork, account: Account, factor: SecondFactor, typed: str, sealer: Sealer) -> bool:
    """Whether the code is good now; it is not any more afterwards. The account is locked by the caller."""
    code = Code(typed)
    if code.is_of_an_app:
        step = fresh_step(open_secret(factor, sealer), code, factor.last_step, int(uow.now.timestamp()))
        factor.last_step = step or factor.last_step
        return step is not None
    return _use_up_recovery(uow, account.id, code, sealer)


def fresh_step(secret: str, code: Code, last_step: int, at: int) -> int | None:
    """Return the step whose code this is, if it is near now and after the last one used."""
    app = pyotp.TOTP(secret)
    now = at // app.interval
    steps = range(max(now - DRIFT, last_step + 1), now + DRIFT + 1)
    matching = [step for step in steps if compare_digest(app.generate_otp(step), code.plain)]
    return matching[0] if matching else None


def new_secret(account_id: UUID, sealer: Sealer) -> str:
    """Return a new secret for an app, sealed."""
    return sealer.seal(pyotp.random_base32(), _purpose(account_id))


def open_secret(factor: SecondFactor, sealer: Sealer) -> str:
    """Return the secret of a factor in base 32. Raises SealBroken."""
    return sealer.open(factor.secret, _purpose(factor.account_id))


def provisioning_uri(uow: UnitOfWork, account: Account, secret: str) -> str:
    """Return what the app reads: ``otpauth://totp/Nordljus:ada%40shop.example?secret=...``."""
    network = uow.session.scalar(select(Network))
    issuer = (network.name or network.slug) if network else "Atoll"
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=issuer)


def new_codes(uow: UnitOfWork, account_id: UUID, sealer: Sealer) -> list[str]:
    """Give an account new recovery codes in the place of all it had; only their hashes are kept."""
    uow.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(CODES)]
    for code in codes:
        uow.add(RecoveryCode(account_id=account_id, code_hash=_hash_of(account_id, code, sealer)))
    return [f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}" for code in codes]


def codes_left(uow: UnitOfWork, account_id: UUID) -> int:
    """Return how many recovery codes are still good."""
    good = RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    return uow.session.scalar(select(func.count()).select_from(RecoveryCode).where(*good)) or 0


def forget(uow: UnitOfWork, account_id: UUID) -> None:
    """Delete the factor and its codes."""
    for model in (SecondFactor, RecoveryCode):
        uow.session.execute(delete(model).where(model.account_id == account_id))


def _use_up_recovery(uow: UnitOfWork, account_id: UUID, code: Code, sealer: Sealer) -> bool:
    """One UPDATE decides, so that a code cannot be used twice."""
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == _hash_of(account_id, code.plain, sealer),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=uow.now)
        .returning(RecoveryCode.code_hash)
        .execution_options(synchronize_session=False)
    )
    return uow.session.scalar(used) is not None


def _hash_of(account_id: UUID, code: str, sealer: Sealer) -> str:
    return sealer.hash(code, f"recovery code of {account_id}")


def _purpose(account_id: UUID) -> str:
    return f"second factor of {account_id}"
