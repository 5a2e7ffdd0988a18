"""What a site shows now, to whom, and why: one answer for the console, the API and the site's own host."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.billing import MembershipStatus
from kernel.contracts.common import Contract

Shows = Literal["public", "blocked", "owner_only"]
AccessCause = Literal[
    "not_set_up", "closed", "no_membership", "not_told", "of_the_network",
    "paid", "unpaid", "blocked_unpaid", "cancelled", "blocked_cancelled",
]  # fmt: skip


class BlockingRules(Contract):
    """What a network decides: whether unpaid sites are blocked, and how many days after their time."""

    blocks_unpaid: bool = False
    grace_days: Annotated[int, Field(ge=0, le=365)] = 7


class MembershipTold(Contract):
    """What the sites service has been told of a membership; ``since`` is when it came to its status."""

    id: UUID
    number: int
    status: MembershipStatus
    since: datetime
    expires_at: datetime | None


class SiteAccess(Contract):
    """``GET /v1/sites/<id>/access``. ``blocked_from``: when visitors see, or saw, nothing any more, unless
    something changes before; None: never by itself.
    """

    shows: Shows
    because: AccessCause
    membership: MembershipTold | None = None
    blocked_from: datetime | None = None
