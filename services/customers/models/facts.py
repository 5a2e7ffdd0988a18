"""What the list shows of a customer without asking anybody: facts, words to find him by, counts."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.customers.models.base import FOLDED, Base


def _of_customer() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["network_id", "customer_id"], ["customers.network_id", "customers.id"], ondelete="CASCADE"
    )


class CustomerFacts(TenantScoped, Base):
    """One row a customer, from his first day; kept by the ``customer_facts`` listener.

    ``spent``: money received minus refunds in minor units, ``{"SEK": 12050}``; ``spent_sort``: the
    same in the network's own currency alone.
    """

    __tablename__ = "customer_facts"
    __table_args__ = (
        _of_customer(),
        Index("ix_customer_facts_spent", "network_id", "spent_sort", "customer_id"),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    memberships: Mapped[int] = mapped_column(default=0)
    sites: Mapped[int] = mapped_column(default=0)
    spent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    spent_sort: Mapped[int] = mapped_column(default=0)


class CustomerWord(TenantScoped, Base):
    """A folded word that a customer is found by. LIKE cannot use an index behind RLS; a range can."""

    __tablename__ = "customer_words"
    __table_args__ = (
        _of_customer(),
        Index("ix_customer_words_word", "network_id", "word", "customer_id"),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(FOLDED, primary_key=True)


class CustomerCount(TenantScoped, Base):
    """How many customers a tab holds: the sum over its slots. Kept by triggers on ``customers``.

    A slot per connection, so that two who register customers at once rarely wait for each other.
    """

    __tablename__ = "customer_counts"

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    tab: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
