"""What pages read of deletions: what would go, where one stands, who was deleted."""

from uuid import UUID

from sqlalchemy import case, select

from kernel.contracts import deletions as contracts
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from services.customers.belongings import OF_PERSONS, lines_about, owner
from services.customers.deletions import refusal_for, running_of
from services.customers.models import Account, ApiKey, Customer, Deletion, FormerCustomer
from services.customers.names import display_name

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
    """Return the newest deletions, those that run before all others."""
    running_first = case((Deletion.state == "running", 0), else_=1)
    newest = select(Deletion).order_by(running_first, Deletion.requested_at.desc(), Deletion.id.desc())
    rows = uow.session.scalars(newest.limit(SHOWN)).all()
    return contracts.Deletions(items=[deletion_of(uow, row) for row in rows])


def deletion_of(uow: UnitOfWork, row: Deletion) -> contracts.Deletion:
    """Return the contract of a deletion, with the name of who asked for it."""
    same = ("id", "customer_id", "number", "way", "heir_id", "heir_number", "state", "requested_at", "counts")
    times = ("billing_at", "sites_at", "ended_at")
    return contracts.Deletion(
        **{name: getattr(row, name) for name in (*same, *times)},
        requested_by=_name_of(uow, row.requested_by),
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


def _name_of(uow: UnitOfWork, actor: str) -> str:
    """Return what ``account:<id>`` or ``api-key:<id>`` is called; others are called what they are."""
    kind, _, named = actor.partition(":")
    if kind == "account":
        account = uow.session.scalar(select(Account).where(Account.id == UUID(named)))
        return (
            display_name(account.first_name, account.last_name, username=account.username) if account else ""
        )
    if kind == "api-key":
        return uow.session.scalar(select(ApiKey.name).where(ApiKey.id == UUID(named))) or ""
    return actor
