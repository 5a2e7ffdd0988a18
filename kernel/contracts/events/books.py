"""What happened to the books: what was found to differ, and what was said of it."""

from typing import Literal
from uuid import UUID

from kernel.contracts.events.happened import Happened


class BalancesRebuilt(Happened):
    """The stored balances were made right by the postings."""

    type: Literal["ledger.balances_rebuilt"] = "ledger.balances_rebuilt"


class DifferencesFound(Happened):
    """A comparison with a gateway's own list found differences, new or known before."""

    type: Literal["reconciliation.differences_found"] = "reconciliation.differences_found"
    reconciliation_id: UUID
    gateway: str
    number: int


class DifferenceClosed(Happened):
    """Somebody said what a difference was; ``reference`` is the gateway's name for the movement."""

    type: Literal["reconciliation.difference_closed"] = "reconciliation.difference_closed"
    finding_id: UUID
    gateway: str
    reference: str
    note: str


BookEvent = BalancesRebuilt | DifferencesFound | DifferenceClosed
