"""What can be done with a membership as it stands, and why something else cannot."""

from collections.abc import Mapping

from gateway.translation import gettext as _
from kernel.contracts.billing import MembershipStatus
from kernel.contracts.memberships import Membership

STATUS_ACTS: Mapping[str, MembershipStatus] = {
    "activate": "active",
    "hold": "on_hold",
    "expire": "expired",
    "trial": "trialing",
}
"""Acts that are a step along the table of transitions, and what they lead to."""


def refusals(membership: Membership) -> Mapping[str, str]:
    """Return each act with the sentence why it cannot be done; empty where it can."""
    stepped = {name: _why_not(membership, status) for name, status in STATUS_ACTS.items()}
    return stepped | {
        "cancel": _why_not(membership, "cancelled"),
        "edit": _over(membership),
        "change": _over(membership) or _ending(membership),
        "lifetime": _not_lifetime(membership),
        "resubscribe": _not_resumable(membership),
        "transfer": "",
    }


def _why_not(membership: Membership, status: MembershipStatus) -> str:
    if status in membership.allowed:
        return ""
    return _(membership.refused[status])


def _over(membership: Membership) -> str:
    if membership.status == "cancelled":
        return _("A cancelled membership cannot be changed. Subscribe again instead.")
    return ""


def _ending(membership: Membership) -> str:
    if membership.cancels_at is not None:
        return _("This membership ends with its time. Undo the cancellation first.")
    return ""


def _not_lifetime(membership: Membership) -> str:
    if membership.status not in {"pending", "active", "on_hold"}:
        return _("Only what runs, or has not begun, can be made lifetime. Activate it first.")
    if membership.period is None and membership.expires_at is None:
        return _("This membership never ends already.")
    return ""


def _not_resumable(membership: Membership) -> str:
    if membership.status != "cancelled":
        return _("Only a cancelled membership is subscribed to again.")
    if membership.resumed_by_id is not None:
        return _("Somebody has subscribed again already.")
    return ""
