"""What a site shows now: a function of the site, its membership, what the network decides, and the time.

Sign-in and the owner's account area are never blocked: only the pages for visitors ask.
"""

from datetime import datetime, timedelta

from kernel.contracts.site_access import BlockingRules, MembershipTold, SiteAccess
from kernel.contracts.sites import SiteState, SiteType

UNTOUCHED: frozenset[SiteType] = frozenset({"main", "template"})
"""Sites of the network itself: no membership stands behind them."""


def decide(
    state: SiteState,
    kind: SiteType,
    membership: MembershipTold | None,
    rules: BlockingRules,
    now: datetime,
    *,
    has_membership: bool,
) -> SiteAccess:
    """Return what the site shows at ``now``, and why.

    ``has_membership``: whether it is under one, though we may not have been told of it yet.
    """
    if state == "pending":
        return SiteAccess(shows="owner_only", because="not_set_up")
    if state == "disabled":
        return SiteAccess(shows="blocked", because="closed")
    if kind in UNTOUCHED:
        return SiteAccess(shows="public", because="of_the_network")
    if membership is None:
        return SiteAccess(shows="public", because="not_told" if has_membership else "no_membership")
    if membership.status == "cancelled":
        return _cancelled(membership, now)
    return _running(membership, rules, now)


def _cancelled(membership: MembershipTold, now: datetime) -> SiteAccess:
    """Cancelled is over with the time that was paid for, without grace; what never ended, at once."""
    over_at = membership.expires_at or membership.since
    is_over = over_at <= now
    return SiteAccess(
        shows="blocked" if is_over else "public",
        because="blocked_cancelled" if is_over else "cancelled",
        membership=membership,
        blocked_from=over_at,
    )


def _running(membership: MembershipTold, rules: BlockingRules, now: datetime) -> SiteAccess:
    """Only what waits for money is ever blocked, and only where the network wants that, after its grace.

    A trial and a membership on hold have a grace of their own in billing, and expire when it is over.
    """
    is_unpaid = membership.status in {"pending", "expired"}
    blocked_from = None
    if rules.blocks_unpaid and (is_unpaid or membership.status == "active"):
        over_at = membership.expires_at or (membership.since if is_unpaid else None)
        blocked_from = over_at + timedelta(days=rules.grace_days) if over_at else None
    if not is_unpaid:
        return SiteAccess(shows="public", because="paid", membership=membership, blocked_from=blocked_from)
    is_blocked = blocked_from is not None and blocked_from <= now
    return SiteAccess(
        shows="blocked" if is_blocked else "public",
        because="blocked_unpaid" if is_blocked else "unpaid",
        membership=membership,
        blocked_from=blocked_from,
    )
