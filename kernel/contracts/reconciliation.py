"""What is said of the books: balances, comparisons with a gateway's own list, and what differed."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.money import Money

Difference = Literal["missing", "extra", "amount", "currency", "state"]
"""``missing``: we say it moved, the gateway's list does not. ``extra``: the other way round."""

Showing = Literal["open", "closed", "all"]


class Balance(Contract):
    """An account's balance as it is stored, and what its postings really sum to."""

    account: str
    stored: Money
    posted: Money


class BookError(Contract):
    """An account that does not hold what payments, refunds and disputes say it must."""

    account: str
    booked: Money
    expected: Money


class Books(Contract):
    """``GET /v1/ledger``: every account as it was when last checked, and what was wrong; nothing should be.

    ``is_due``: somebody has asked for a check that has not been made yet.
    """

    checked_at: datetime | None
    is_due: bool
    balances: list[Balance]
    errors: list[BookError]


class Side(Contract):
    """A movement as one side has it; ``key`` is ours, made before the gateway was asked."""

    state: str
    money: Money
    at: datetime | None
    key: str = ""


class Finding(Contract):
    """A difference. ``closed_by`` is who said what it was, or ``worker`` when it was gone by itself."""

    id: UUID
    gateway: str
    thing: Literal["charge", "refund", "dispute"]
    difference: Difference
    reference: str
    payment_id: UUID | None
    ours: Side | None
    theirs: Side | None
    found_at: datetime
    closed_at: datetime | None
    closed_by: str
    note: str


class FindingsQuery(Contract):
    """``GET /v1/reconciliation/findings``."""

    show: Showing = "open"
    gateway: Annotated[str, Field(max_length=100)] = ""
    difference: Difference | None = None
    after: str | None = None


class Findings(Contract):
    """Newest first; ``after`` is the cursor to read on with."""

    items: list[Finding]
    open_count: int
    after: str | None


class FindingClosing(Contract):
    """``POST /v1/reconciliation/findings/<id>/close``: what it was, for those who come after."""

    note: Annotated[str, Field(min_length=1, max_length=500)]


class Comparison(Contract):
    """A comparison; ``state``: ``due``, ``leased``, ``done`` or ``dead``, and then ``error`` says why."""

    id: UUID
    gateway: str
    since: datetime
    until: datetime
    state: str
    compared: int
    found: int
    error: str
    asked_by: str
    finished_at: datetime | None


class Comparisons(Contract):
    """``GET /v1/reconciliation``: the newest of each gateway that keeps a list, newest first."""

    items: list[Comparison]
    gateways: list[str]


class ComparisonWish(Contract):
    """``POST /v1/reconciliation``: compare the last ``days`` days now."""

    gateway: Annotated[str, Field(min_length=1, max_length=100)]
    days: Annotated[int, Field(ge=1, le=90)] = 7
