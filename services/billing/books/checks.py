"""Check the books: balances against postings, and accounts against what payments and refunds say."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import exists, select, text
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import BalancesRebuilt
from kernel.contracts.money import Money
from kernel.contracts.reconciliation import Balance, BookError
from kernel.database import Database, UnitOfWork
from kernel.ids import new_id
from services.billing.models import BookCheck, LedgerBalance

KIND = "book_check"
DAILY = timedelta(days=1)

ACCOUNTS = text("""
    SELECT false AS is_expected, account, currency,
        coalesce(stored.amount, 0) AS stored, coalesce(posted.amount, 0) AS posted
    FROM ledger_balances AS stored FULL JOIN (
        SELECT account, currency, sum(amount)::bigint AS amount FROM ledger_postings
        GROUP BY account, currency
    ) AS posted USING (account, currency)
    UNION ALL
    SELECT true, account, currency, 0, amount FROM (
        SELECT currency,
            coalesce(sum(total - captured) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS receivable,
            -coalesce(sum(total) FILTER (WHERE status <> 'cancelled'), 0)::bigint AS revenue,
            sum(refunded)::bigint AS refunds,
            sum(disputed)::bigint AS disputes,
            sum(captured - refunded - disputed)::bigint AS at_gateway
        FROM payments GROUP BY currency
    ) AS sums, LATERAL (VALUES
        ('receivable', receivable), ('revenue', revenue), ('refunds', refunds), ('disputes', disputes),
        ('gateway_clearing and fees', at_gateway)
    ) AS expected (account, amount)
    ORDER BY 1, 3, 2
""")
"""One statement, hence one look: what is booked meanwhile is in every sum, or in none.

What the gateway kept for itself is known from the ledger alone; so what it holds and its fees are one sum.
"""

AT_GATEWAY = "gateway_clearing and fees"

ADD_MISSING = text("""
    INSERT INTO ledger_balances (network_id, account, currency, amount)
    SELECT network_id, account, currency, sum(amount) FROM ledger_postings
    GROUP BY network_id, account, currency ORDER BY account, currency
    ON CONFLICT DO NOTHING
""")

SET_RIGHT = text("""
    UPDATE ledger_balances AS stored SET amount = posted.amount FROM (
        SELECT network_id, account, currency, sum(amount) AS amount FROM ledger_postings
        GROUP BY network_id, account, currency
    ) AS posted
    WHERE (stored.network_id, stored.account, stored.currency) =
        (posted.network_id, posted.account, posted.currency) AND stored.amount <> posted.amount
""")


def read_books(uow: UnitOfWork) -> tuple[list[Balance], list[BookError]]:
    """Return every account, and those that are not what payments, refunds and disputes say they must be.

    Costs a look at every payment and every posting of the network.
    """
    rows = uow.session.execute(ACCOUNTS).all()
    balances = [
        Balance(
            account=row.account,
            stored=Money(amount=row.stored, currency=row.currency),
            posted=Money(amount=row.posted, currency=row.currency),
        )
        for row in rows
        if not row.is_expected
    ]
    expected = Counter({(row.currency, row.account): row.posted for row in rows if row.is_expected})
    return balances, _errors(balances, expected)


def check_books(uow: UnitOfWork, check: BookCheck) -> None:
    """Look at every account now, and write down how it stands."""
    balances, errors = read_books(uow)
    check.balances = [balance.model_dump(mode="json") for balance in balances]
    check.errors = [error.model_dump(mode="json") for error in errors]
    check.checked_at = uow.now


def note_next_check(uow: UnitOfWork, check: BookCheck) -> None:
    """Put a check that was made back for tomorrow."""
    uow.session.refresh(check)
    check.state, check.attempts, check.due_at = "due", 0, uow.now + DAILY


def plan_checks(billing: Database, now: datetime) -> int:
    """Make the row of every network whose books nobody checks yet; return how many."""
    unchecked = (
        select(LedgerBalance.network_id)
        .distinct()
        .where(~exists().where(BookCheck.network_id == LedgerBalance.network_id))
    )
    with billing.across_networks("plan checks of the books") as session:
        rows = [
            {"id": new_id(), "network_id": network_id, "state": "due", "attempts": 0, "due_at": now}
            | {"last_error": "", "balances": [], "errors": []}
            for network_id in session.scalars(unchecked).all()
        ]
        if rows:
            session.execute(insert(BookCheck).on_conflict_do_nothing(), rows)
    return len(rows)


def rebuild_balances(uow: UnitOfWork) -> None:
    """Make the stored balances right by the postings; what is booked meanwhile waits, and is added after."""
    stored = select(LedgerBalance.account).order_by(LedgerBalance.account, LedgerBalance.currency)
    uow.session.execute(stored.with_for_update())
    uow.session.execute(ADD_MISSING)
    uow.session.execute(SET_RIGHT)
    uow.publish(BalancesRebuilt())
    ask_for_check(uow)


def ask_for_check(uow: UnitOfWork) -> None:
    """Have the books looked at now."""
    check = uow.session.scalar(select(BookCheck).with_for_update())
    if check is None:
        check = BookCheck(id=new_id(), state="due", due_at=uow.now)
        uow.add(check)
    elif check.state != "leased":
        check.state, check.attempts, check.due_at = "due", 0, uow.now
    uow.ring(KIND, check.id)


def _errors(balances: list[Balance], expected: Counter[tuple[str, str]]) -> list[BookError]:
    booked: Counter[tuple[str, str]] = Counter()
    for balance in balances:
        is_at_gateway = balance.account in {"gateway_clearing", "fees"}
        name = AT_GATEWAY if is_at_gateway else balance.account
        booked[balance.posted.currency, name] += balance.posted.amount
    return [
        BookError(
            account=name,
            booked=Money(amount=booked[currency, name], currency=currency),
            expected=Money(amount=expected[currency, name], currency=currency),
        )
        for currency, name in sorted(booked.keys() | expected.keys())
        if booked[currency, name] != expected[currency, name]
    ]
