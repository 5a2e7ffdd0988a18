"""What keeps the books watched: a check of each network's, and comparisons with the gateways' own lists."""

from kernel import clock
from kernel.database import Database
from services.billing.books.checks import plan_checks
from services.billing.reconciliation.runs import plan_runs


def plan_books(billing: Database) -> None:
    """Make the rows of what is to be checked and compared; run often or seldom, it makes the same."""
    now = clock.now()
    plan_checks(billing, now)
    plan_runs(billing, now)
