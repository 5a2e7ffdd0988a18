"""What in this database belongs to a person, and goes when he goes."""

from uuid import UUID

from sqlalchemy import delete, exists, func, select, update

from kernel.belongings import Belongings
from kernel.database import UnitOfWork
from services.customers.models import Account, Base, Customer, Mail, TimelineLine, TimelineSubject

KEPT = {
    "deletions",  # says that he was deleted, by ids and a number
    "former_customers",  # what bookkeeping law has us keep
    "invoice_buyers",  # the same, of each invoice
}
OF_PERSONS = Belongings(Base, "customer_id", "account_id", kept=KEPT)
KEPT_OF_LOGINS = KEPT | {
    "customers",  # has another login by then
    "imports",  # what an admin ordered is the network's; it stops without him
    "jobs",
    "mails",  # says what the customer was written
}
OF_LOGINS = Belongings(Base, "account_id", kept=KEPT_OF_LOGINS)


def owner(customer: Customer) -> dict[str, list[UUID]]:
    """Return whose rows are meant, as ``Belongings`` takes it."""
    return {"customer_id": [customer.id], "account_id": [customer.account_id]}


def erase_person(uow: UnitOfWork, customer: Customer) -> dict[str, int]:
    """Delete the customer, his login and all that is theirs; return how many rows of each table went."""
    account_id, his = customer.account_id, owner(customer)
    counts = OF_PERSONS.count(uow, his)
    OF_PERSONS.delete(uow, his)
    uow.session.execute(delete(Account).where(Account.id == account_id))
    return counts


def erase_login(uow: UnitOfWork, account: Account, customer_id: UUID) -> None:
    """Delete a login that is nobody's any more. The mail it got stays with the customer it was written to."""
    kept = update(Mail).where(Mail.account_id == account.id)
    whose = func.coalesce(Mail.customer_id, customer_id)
    uow.session.execute(kept.values(account_id=None, customer_id=whose))
    _forget_actor(uow, account.id)
    OF_LOGINS.delete(uow, {"account_id": [account.id]})
    uow.session.execute(delete(Account).where(Account.id == account.id))


def erase_timeline(uow: UnitOfWork, subject_ids: list[UUID], account_id: UUID) -> None:
    """Take lines from the timeline that are about nothing else, and the actor's id from those that stay.

    A line about a payment, a membership or an heir stays with them.
    """
    about_him = delete(TimelineSubject).where(TimelineSubject.subject_id.in_(subject_ids))
    lines = uow.session.scalars(about_him.returning(TimelineSubject.line_id)).all()
    is_about_more = exists().where(
        TimelineSubject.network_id == TimelineLine.network_id, TimelineSubject.line_id == TimelineLine.id
    )
    uow.session.execute(
        delete(TimelineLine)
        .where(TimelineLine.id.in_(set(lines)), ~is_about_more)
        .execution_options(synchronize_session=False)
    )
    _forget_actor(uow, account_id)


FORMER = "former customer"
"""The actor of what somebody did who has been deleted."""


def _forget_actor(uow: UnitOfWork, account_id: UUID) -> None:
    by_him = update(TimelineLine).where(TimelineLine.actor_id == account_id)
    uow.session.execute(by_him.values(actor=FORMER, actor_id=None))


def lines_about(uow: UnitOfWork, customer_id: UUID) -> int:
    """Return how many lines of the timeline are about the customer."""
    mine = select(TimelineSubject.line_id).where(TimelineSubject.subject_id == customer_id)
    return len(uow.session.scalars(mine).all())
