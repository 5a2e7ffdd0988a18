"""What in this database belongs to a person, and goes when he goes."""

from uuid import UUID

from sqlalchemy import delete, exists, select, update

from kernel.belongings import Belongings
from kernel.database import UnitOfWork
from services.customers.models import Account, Base, Customer, TimelineLine, TimelineSubject

KEPT = {
    "deletions",  # says that he was deleted, by ids and a number
    "former_customers",  # what bookkeeping law has us keep
}
OF_PERSONS = Belongings(Base, "customer_id", "account_id", kept=KEPT)


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
    by_him = update(TimelineLine).where(TimelineLine.actor_id == account_id)
    uow.session.execute(by_him.values(actor=FORMER, actor_id=None))


FORMER = "former customer"
"""The actor of what somebody did who has been deleted."""


def lines_about(uow: UnitOfWork, customer_id: UUID) -> int:
    """Return how many lines of the timeline are about the customer."""
    mine = select(TimelineSubject.line_id).where(TimelineSubject.subject_id == customer_id)
    return len(uow.session.scalars(mine).all())
