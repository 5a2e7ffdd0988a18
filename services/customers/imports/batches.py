"""A batch of rows: who is new, who is known, and who cannot be let in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, Text, any_, literal, select

from kernel.database import UnitOfWork
from kernel.errors import N_, Filled
from services.customers.folding import login_key
from services.customers.imports.newcomers import Newcomer, register_all
from services.customers.imports.records import Record
from services.customers.imports.returners import Returner, update_all
from services.customers.models import Account, Customer

AN_ADMINS = N_("This is an administrator's login. A file of customers does not change it.")


@dataclass(frozen=True)
class Numbered:
    """A record and the line of the file it begins on."""

    line: int
    record: Record
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reject:
    """A line that could not be imported, and why; its cells where they could be told apart."""

    line: int
    reason: Filled
    cells: tuple[str, ...] = ()


@dataclass
class Plan:
    """What becomes of a batch."""

    newcomers: list[Newcomer] = field(default_factory=list)
    returners: list[Returner] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def plan_of(uow: UnitOfWork, batch: Sequence[Numbered]) -> Plan:
    """Return what would become of the rows; nothing is changed. No address may stand in it twice."""
    known = _known(uow, [row.record.email_key for row in batch])
    owners = _owners_of_usernames(uow, batch)
    plan = Plan()
    for row in batch:
        record = row.record
        # Who has no username signs in with his address, which is nobody else's username then.
        username = record.username or record.email
        if owners.setdefault(login_key(username), record.email_key) != record.email_key:
            sentence = N_("The username %(username)s belongs to somebody else.")
            plan.rejects.append(Reject(row.line, Filled(sentence, username=username), row.cells))
            continue
        account, customer = known.get(record.email_key, (None, None))
        if account is not None and customer is not None:
            returner = Returner(record, account, customer)
            if is_guarded(uow, returner):
                plan.rejects.append(Reject(row.line, Filled(AN_ADMINS), row.cells))
                continue
            plan.returners.append(returner)
        else:
            plan.newcomers.append(Newcomer(record, account))
    return plan


def is_guarded(uow: UnitOfWork, returner: Returner) -> bool:
    """Whether the file would change the login of an admin, which takes more than to edit customers."""
    return bool(returner.account.role) and returner.changes_login and uow.identity.actor != "command"


def carry_out(uow: UnitOfWork, plan: Plan) -> int:
    """Write what was planned; return how many of the known customers changed."""
    register_all(uow, plan.newcomers)
    return update_all(uow, plan.returners)


def _known(uow: UnitOfWork, keys: Sequence[str]) -> dict[str, tuple[Account, Customer | None]]:
    same = (Customer.network_id == Account.network_id) & (Customer.account_id == Account.id)
    found = select(Account, Customer).outerjoin(Customer, same).where(Account.email_key == _any_of(keys))
    return {account.email_key: (account, customer) for account, customer in uow.session.execute(found)}


def _owners_of_usernames(uow: UnitOfWork, batch: Sequence[Numbered]) -> dict[str, str]:
    """Return whose each username of the batch is now, by the key of his address."""
    wanted = [login_key(row.record.username or row.record.email) for row in batch]
    found = select(Account.username_key, Account.email_key).where(Account.username_key == _any_of(wanted))
    return {username: email for username, email in uow.session.execute(found)}


def _any_of(keys: Sequence[str]) -> ColumnElement[Any]:
    """Return the keys as one parameter; a thousand of them would take longer to read than to find."""
    return cast(ColumnElement[Any], any_(literal(list(keys), ARRAY(Text))))
