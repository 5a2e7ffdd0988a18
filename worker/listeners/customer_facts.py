"""What the customers list shows of money, memberships and sites, added up as it happens."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, array

from kernel.contracts.events import (
    MembershipStarted,
    PaymentCompleted,
    PaymentRefunded,
    Recorded,
    SiteCreated,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.models import CustomerFacts, Network

customer_facts = Listener("customer_facts", home="customers", start="beginning")


@customer_facts.to(PaymentCompleted)
def add_payment(uow: UnitOfWork, event: PaymentCompleted, _recorded: Recorded) -> None:
    """Count what was received."""
    _add_money(uow, event.customer_id, event.total.currency, event.total.amount)


@customer_facts.to(PaymentRefunded)
def take_refund(uow: UnitOfWork, event: PaymentRefunded, _recorded: Recorded) -> None:
    """Count what was given back."""
    _add_money(uow, event.customer_id, event.amount.currency, -event.amount.amount)


@customer_facts.to(MembershipStarted)
def add_membership(uow: UnitOfWork, event: MembershipStarted, _recorded: Recorded) -> None:
    """Count a membership."""
    _change(uow, event.customer_id, memberships=CustomerFacts.memberships + 1)


@customer_facts.to(SiteCreated)
def add_site(uow: UnitOfWork, event: SiteCreated, _recorded: Recorded) -> None:
    """Count a site, unless it is the network's own."""
    if event.customer_id is not None:
        _change(uow, event.customer_id, sites=CustomerFacts.sites + 1)


def _add_money(uow: UnitOfWork, customer_id: UUID, currency: str, amount: int) -> None:
    """Add to what is there, in one statement: several listeners' runs may change one row."""
    before = func.coalesce(cast(CustomerFacts.spent[currency].astext, BigInteger), 0)
    spent = func.jsonb_set(CustomerFacts.spent, array([currency]), cast(before + amount, JSONB))
    own = select(func.count()).where(Network.currency == currency).scalar_subquery()
    _change(uow, customer_id, spent=spent, spent_sort=CustomerFacts.spent_sort + own * amount)


def _change(uow: UnitOfWork, customer_id: UUID, **values: Any) -> None:
    changed = update(CustomerFacts).where(CustomerFacts.customer_id == customer_id).values(**values)
    uow.session.execute(changed.execution_options(synchronize_session=False))
