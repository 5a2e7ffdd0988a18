"""Book what happens to money: double entry, append only, one entry for each change of its state.

Debit is above zero, credit below. A payment that is asked for is owed (receivable against revenue);
received, it lies with the gateway (clearing against receivable); a refund takes it from there again, and
so do fees and disputes.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from kernel.bulk import waiting
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.models import LedgerEntry, LedgerPosting, Payment, Refund
from services.billing.models.ledger import Account

ADD_TO_BALANCES = text("""
    INSERT INTO ledger_balances (network_id, account, currency, amount)
    SELECT network_id, account, currency, sum(amount) FROM ledger_postings
    WHERE entry_id = ANY (:entries) GROUP BY network_id, account, currency
    ORDER BY account, currency
    ON CONFLICT (network_id, account, currency)
    DO UPDATE SET amount = ledger_balances.amount + excluded.amount
""")
"""Rows are locked in one order, at the very end of a transaction: two bookings never wait in a ring."""


def book(
    uow: UnitOfWork,
    *,
    cause: str,
    act: str,
    currency: str,
    amounts: Mapping[Account, int],
    payment_id: UUID | None = None,
) -> None:
    """Write an entry whose ``amounts`` (minor units, debit above zero) sum to zero; nothing of nothing.

    ``cause`` is unique in the network: the database refuses to book the same thing twice.
    """
    moved = {account: amount for account, amount in amounts.items() if amount}
    if not moved:
        return
    entry = LedgerEntry(id=new_id(), at=uow.now, cause=cause, act=act, payment_id=payment_id)
    uow.add(entry)
    uow.session.flush()
    for position, (account, amount) in enumerate(moved.items(), start=1):
        uow.add(
            LedgerPosting(
                entry_id=entry.id, position=position, account=account, currency=currency, amount=amount
            )
        )
    waiting(uow, _add_to_balances).append(entry.id)


def book_owed(uow: UnitOfWork, payment: Payment, amount: int, *, step: str) -> None:
    """Book that ``amount`` more (or less, below zero) is owed; ``step`` names why, once a payment."""
    _book(uow, payment, step, amount, debit="receivable", credit="revenue")


def book_received(uow: UnitOfWork, payment: Payment) -> None:
    """Book that what was owed lies with the gateway now."""
    _book(uow, payment, "completed", payment.captured, debit="gateway_clearing", credit="receivable")


def book_fee(uow: UnitOfWork, payment: Payment, amount: int, *, step: str) -> None:
    """Book what the gateway kept for itself."""
    _book(uow, payment, step, amount, debit="fees", credit="gateway_clearing")


def book_disputed(uow: UnitOfWork, payment: Payment, amount: int, *, step: str) -> None:
    """Book what the customer's bank took back; below zero: what came again when the dispute was won."""
    _book(uow, payment, step, amount, debit="disputes", credit="gateway_clearing")


def book_refunded(uow: UnitOfWork, payment: Payment, refund: Refund) -> None:
    """Book that the money of a refund has gone back."""
    _book(
        uow,
        payment,
        f"refund:{refund.id}:succeeded",
        refund.amount,
        debit="refunds",
        credit="gateway_clearing",
    )


def book_returned(uow: UnitOfWork, payment: Payment, refund: Refund) -> None:
    """Book that the money of a refund which had succeeded has come again."""
    _book(
        uow,
        payment,
        f"refund:{refund.id}:reversed",
        refund.amount,
        debit="gateway_clearing",
        credit="refunds",
    )


def _book(
    uow: UnitOfWork, payment: Payment, step: str, amount: int, *, debit: Account, credit: Account
) -> None:
    book(
        uow,
        cause=f"payment:{payment.id}:{step}",
        act=step.rpartition(":")[2],
        currency=payment.currency,
        amounts={debit: amount, credit: -amount},
        payment_id=payment.id,
    )


def _add_to_balances(uow: UnitOfWork, entries: list[UUID]) -> None:
    """Add what was really written: an entry that was undone with its part of the transaction adds nothing."""
    uow.session.flush()
    uow.session.execute(ADD_TO_BALANCES, {"entries": entries})
