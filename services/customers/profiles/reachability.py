"""Whether mail reaches a customer at the address he has now."""

from sqlalchemy import ColumnElement, exists, or_, update

from kernel.contracts.events import ReachabilityChanged
from kernel.database import UnitOfWork
from services.customers.models import Account, Customer, Mail
from services.customers.profiles import addresses


def mark_unreachable(uow: UnitOfWork, mail: Mail, reason: str) -> None:
    """Remember that his address was refused for good, and since when; said once, however often it is."""
    _change(uow, mail, Customer.unreachable_since.is_(None), since=uow.now, reason=reason)


def mark_reachable(uow: UnitOfWork, mail: Mail) -> None:
    """Forget that his address was refused: this message was accepted for it."""
    _change(uow, mail, Customer.unreachable_since.is_not(None), since=None, reason="")


def forget(customer: Customer) -> None:
    """Forget what is known of an address that he has no more."""
    customer.unreachable_since, customer.unreachable_reason = None, ""


def _change(uow: UnitOfWork, mail: Mail, differs: ColumnElement[bool], *, since: object, reason: str) -> None:
    changed = (
        update(Customer)
        .where(_is_written_to(mail), differs)
        # Nobody edited him: who has him open may save, and "last modified" stays what it was.
        .values(unreachable_since=since, unreachable_reason=reason, modified_at=Customer.modified_at)
        .returning(Customer.id)
        .execution_options(synchronize_session=False)
    )
    for customer_id in uow.session.scalars(changed).all():
        uow.publish(ReachabilityChanged(customer_id=customer_id, mail_id=mail.id, is_reachable=since is None))


def _is_written_to(mail: Mail) -> ColumnElement[bool]:
    """Whether the message goes to the customer, at the address he has now; an older one says nothing."""
    has_the_address = exists().where(
        Account.network_id == Customer.network_id,
        Account.id == Customer.account_id,
        Account.email_key == addresses.key_of(mail.to),
    )
    of_him = or_(Customer.id == mail.customer_id, Customer.account_id == mail.account_id)
    return of_him & has_the_address
