"""A batch of rows: who is new, who is known, and who cannot be let in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, any_, literal, select

from kernel.database import UnitOfWork
from kernel.errors import N_, Filled
from services.customers.folding import login_key
from services.customers.imports.newcomers import Newcomer, register_all
from services.customers.imports.records import Record
from services.customers.imports.returners import Returner, update_all
from services.customers.jobs.orderers import may_go_on
from services.customers.models import Account, Base, Customer

M = TypeVar("M", bound=Base)

AN_ADMINS = N_("This is an administrator's login. A file of customers does not change it.")
NOT_YOURS = N_("The username is another one than ours, and who imports this file may not change it.")


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
    guard = Guard(uow)
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
            if refusal := guard.refusal_of(returner):
                plan.rejects.append(Reject(row.line, Filled(refusal), row.cells))
                continue
            plan.returners.append(returner)
        else:
            plan.newcomers.append(Newcomer(record, account))
    return plan


class Guard:
    """Keeps a file from changing what it takes more than to edit customers to change."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def refusal_of(self, returner: Returner) -> str:
        """Return why the file may not change this customer's login; nothing when it may, or does not."""
        if returner.account.role and returner.changes_login and self._uow.identity.actor != "command":
            return AN_ADMINS
        return NOT_YOURS if returner.changes_username and not self._may_change_logins else ""

    @cached_property
    def _may_change_logins(self) -> bool:
        asking = self._uow.identity
        return may_go_on(
            self._uow, "customers.credentials", account_id=asking.account_id, key_id=asking.key_id
        )


def carry_out(uow: UnitOfWork, plan: Plan) -> int:
    """Write what was planned; return how many of the known customers changed."""
    register_all(uow, plan.newcomers)
    return update_all(uow, plan.returners)


def _known(uow: UnitOfWork, keys: Sequence[str]) -> dict[str, tuple[Account, Customer | None]]:
    """Return who has these addresses, locked: what is saved meanwhile is seen, or waits for the batch.

    Accounts before customers, each in the order of their ids, as everybody does who locks many.
    """
    of_keys = select(Account).where(Account.email_key == _any_of(keys)).order_by(Account.id)
    accounts = uow.session.scalars(_locking(of_keys, Account)).all()
    ids = literal([account.id for account in accounts], ARRAY(Uuid))
    of_accounts = select(Customer).where(Customer.account_id == any_(ids)).order_by(Customer.id)
    customers = {one.account_id: one for one in uow.session.scalars(_locking(of_accounts, Customer))}
    return {account.email_key: (account, customers.get(account.id)) for account in accounts}


def _locking(found: Select[M], model: type[Base]) -> Select[M]:
    return found.with_for_update(of=model).execution_options(populate_existing=True)


def _owners_of_usernames(uow: UnitOfWork, batch: Sequence[Numbered]) -> dict[str, str]:
    """Return whose each username of the batch is now, by the key of his address."""
    wanted = [login_key(row.record.username or row.record.email) for row in batch]
    found = select(Account.username_key, Account.email_key).where(Account.username_key == _any_of(wanted))
    return {username: email for username, email in uow.session.execute(found)}


def _any_of(keys: Sequence[str]) -> ColumnElement[Any]:
    """Return the keys as one parameter; a thousand of them would take longer to read than to find."""
    return cast(ColumnElement[Any], any_(literal(list(keys), ARRAY(Text))))
