"""The ledger: double entry, append only; and the balances that follow from it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import APPEND_ONLY, TenantScoped
from services.billing.models.base import CURRENCY_CHECK, Base, words_check

Account = Literal["gateway_clearing", "revenue", "refunds", "disputes", "fees", "receivable"]
ACCOUNTS: tuple[Account, ...] = ("gateway_clearing", "revenue", "refunds", "disputes", "fees", "receivable")


class LedgerEntry(TenantScoped, Base):
    """One change of the state of money. ``cause`` names it, once in a network: ``payment:<id>:completed``."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "cause"),
        Index("ix_ledger_entries_payment", "network_id", "payment_id"),
        {"comment": APPEND_ONLY},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    cause: Mapped[str]
    act: Mapped[str]
    payment_id: Mapped[UUID | None]


class LedgerPosting(TenantScoped, Base):
    """A line of an entry: debit above zero, credit below. The lines of an entry sum to zero per currency."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "entry_id"], ["ledger_entries.network_id", "ledger_entries.id"]),
        Index("ix_ledger_postings_account", "network_id", "account", "currency"),
        words_check("account", ACCOUNTS),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(CURRENCY_CHECK, name="currency"),
        {"comment": APPEND_ONLY},
    )

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[Account] = mapped_column(Text())
    currency: Mapped[str]
    amount: Mapped[int]


class LedgerBalance(TenantScoped, Base):
    """The sum of an account's postings, kept with them; it can be made anew from them at any time."""

    __tablename__ = "ledger_balances"
    __table_args__ = (words_check("account", ACCOUNTS),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[Account] = mapped_column(Text(), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int]
