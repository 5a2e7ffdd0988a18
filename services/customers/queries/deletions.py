"""What pages read of deletions: what would go, where one stands, who was deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kernel.auth import id_of_actor
from kernel.contracts import deletions as contracts
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from services.customers.deletion.asking import refusal_for, running_of
from services.customers.deletion.belongings import OF_PERSONS, lines_about, owner
from services.customers.models import Account, Customer, Deletion, FormerCustomer
from services.customers.profiles.names import display_name
from services.customers.queries.called import GONE, Names, names_of

SHOWN = 50
UNSAID = ("customers", "customer_facts", "customer_words")
"""Tables that are the customer himself, as he is listed and found; nobody counts those."""


class CustomerGone(NotFound):
    """The customer was deleted; his number is still known."""


def customer_outlook(uow: UnitOfWork, customer_id: UUID) -> contracts.CustomerOutlook:
    """Return what of a customer would go here, and why he cannot be deleted now. Raises NotFound."""
    customer = uow.session.scalar(select(Customer).where(Customer.id == customer_id))
    if customer is None:
        raise missing_customer(uow, customer_id)
    account = uow.get(Account, customer.account_id)
    counts = OF_PERSONS.count(uow, owner(customer)) | {"timeline": lines_about(uow, customer.id)}
    name = display_name(account.first_name, account.last_name, customer.billing_company, account.username)
    return contracts.CustomerOutlook(
        id=customer.id,
        number=customer.number,
        name=name,
        email=account.email,
        counts={table: number for table, number in counts.items() if table not in UNSAID},
        refusal=refusal_for(uow, customer, account),
        running_id=running_of(uow, customer.id),
    )


def missing_customer(uow: UnitOfWork, customer_id: UUID) -> NotFound:
    """Return what to raise for a customer who is not there: he was deleted, or never was."""
    gone = uow.session.scalar(
        select(Deletion).where(Deletion.customer_id == customer_id, Deletion.state == "done")
    )
    if gone is None or gone.ended_at is None:
        return NotFound(Customer.missing)
    return CustomerGone(
        N_("Customer %(number)s was deleted on %(day)s."), number=gone.number, day=gone.ended_at.date()
    )


def deletion(uow: UnitOfWork, deletion_id: UUID) -> contracts.Deletion:
    """Return where a deletion stands. Raises NotFound."""
    return deletion_of(uow, uow.get(Deletion, deletion_id))


def deletions(uow: UnitOfWork) -> contracts.Deletions:
    """Return those that run, then the newest of the others; three statements, however many there are."""
    newest = select(Deletion).order_by(Deletion.requested_at.desc(), Deletion.id.desc()).limit(SHOWN)
    running = uow.session.scalars(newest.where(Deletion.state == "running")).all()
    ended = uow.session.scalars(newest.where(Deletion.state != "running")).all()
    rows = [*running, *ended][:SHOWN]
    names = _names_of(uow, rows)
    return contracts.Deletions(items=[_contract(row, names) for row in rows])


def deletion_of(uow: UnitOfWork, row: Deletion) -> contracts.Deletion:
    """Return the contract of a deletion, with the name of who asked for it."""
    return _contract(row, _names_of(uow, [row]))


def _contract(row: Deletion, names: Names) -> contracts.Deletion:
    same = ("id", "customer_id", "number", "way", "heir_id", "heir_number", "state", "requested_at", "counts")
    times = ("billing_at", "sites_at", "ended_at")
    asked_by = id_of_actor(row.requested_by)
    return contracts.Deletion(
        **{name: getattr(row, name) for name in (*same, *times)},
        requested_by=names.get(asked_by, GONE)[1] if asked_by else row.requested_by,
        refusal=contracts.Said(template=row.reason, params=row.params) if row.reason else None,
    )


def former_customer(uow: UnitOfWork, customer_id: UUID) -> contracts.FormerCustomer:
    """Return what is kept of a customer who was deleted. Raises NotFound."""
    gone = uow.session.scalar(
        select(Deletion).where(Deletion.customer_id == customer_id, Deletion.state == "done")
    )
    if gone is None or gone.ended_at is None:
        raise NotFound(Customer.missing)
    kept = uow.session.scalar(select(FormerCustomer).where(FormerCustomer.customer_id == customer_id))
    fields = contracts.BilledTo.model_fields
    return contracts.FormerCustomer(
        id=customer_id,
        number=gone.number,
        deleted_at=gone.ended_at,
        billed_to=contracts.BilledTo(**{name: getattr(kept, name) for name in fields}) if kept else None,
    )


def _names_of(uow: UnitOfWork, rows: Sequence[Deletion]) -> Names:
    return names_of(uow, {asked_by for row in rows if (asked_by := id_of_actor(row.requested_by))})
