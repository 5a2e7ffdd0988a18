"""The table of what may follow what: each step with who may take it and when, each refusal with its why.

``docs/memberships.md`` shows the same table; a test holds the two together.
"""

from dataclasses import dataclass
from typing import Literal

from kernel.contracts.billing import MembershipStatus
from kernel.errors import N_, Conflict

By = Literal["console", "worker"]
"""``console``: an admin or an API key with ``billing.edit``; ``worker``: time, money and events."""


class TransitionNotAllowed(Conflict):
    """The membership's status may not become the one asked for, or not by whoever asks."""


@dataclass(frozen=True)
class Transition:
    """A step of a membership: what it is called, who may take it, and when it is taken."""

    before: MembershipStatus
    after: MembershipStatus
    act: str
    by: tuple[By, ...]
    when: str


BOTH: tuple[By, ...] = ("console", "worker")

TRANSITIONS: tuple[Transition, ...] = (
    Transition("pending", "trialing", "start the trial", BOTH, "It begins, or its customer was verified."),
    Transition("pending", "active", "activate", BOTH, "The first payment came, it is free, or by hand."),
    Transition("pending", "cancelled", "cancel", BOTH, "Nobody paid it, or it is not wanted any more."),
    Transition("trialing", "active", "activate", BOTH, "The first payment came, or it is free."),
    Transition("trialing", "on_hold", "hold", BOTH, "The trial is over and nobody has paid."),
    Transition("trialing", "expired", "expire", BOTH, "The trial is over and nothing follows."),
    Transition("trialing", "cancelled", "cancel", BOTH, "By hand, at the end of the trial, or as refunded."),
    Transition("active", "on_hold", "hold", BOTH, "The next period is not paid, or by hand."),
    Transition("active", "expired", "expire", BOTH, "The last period that is billed is over."),
    Transition("active", "cancelled", "cancel", BOTH, "By hand, at the end of its period, or as refunded."),
    Transition("on_hold", "active", "reactivate", BOTH, "The payment came, or by hand."),
    Transition("on_hold", "expired", "expire", BOTH, "The days of grace are over."),
    Transition("on_hold", "cancelled", "cancel", BOTH, "By hand, at the end of its period, or as refunded."),
    Transition("expired", "active", "reactivate", BOTH, "The payment came after all, or by hand."),
    Transition("expired", "cancelled", "cancel", BOTH, "By hand, or with its customer."),
)

OVER = N_("A cancelled membership stays so. Whoever comes back subscribes again, and gets a new one.")
WHY_NOT: dict[tuple[MembershipStatus, MembershipStatus], str] = {
    ("pending", "pending"): N_("The membership is pending already."),
    ("pending", "on_hold"): N_("A pending membership has not begun, so nothing can be held. Activate it."),
    ("pending", "expired"): N_("A pending membership has no time that could run out. Cancel it instead."),
    ("trialing", "pending"): N_("The trial has begun, so the membership cannot be pending again."),
    ("trialing", "trialing"): N_("The trial runs already. Its end can be moved."),
    ("active", "pending"): N_("The membership has begun, so it cannot be pending again. Put it on hold."),
    ("active", "trialing"): N_("A membership that was active gets no trial. Extend its time instead."),
    ("active", "active"): N_("The membership is active already."),
    ("on_hold", "pending"): N_("The membership has begun, so it cannot be pending again."),
    ("on_hold", "trialing"): N_("A trial that is over does not begin again. Activate the membership."),
    ("on_hold", "on_hold"): N_("The membership is on hold already."),
    ("expired", "pending"): N_("The membership has begun, so it cannot be pending again. Activate it."),
    ("expired", "trialing"): N_("An expired membership gets no trial. Activate it."),
    ("expired", "on_hold"): N_("An expired membership has no time that could be held. Activate it."),
    ("expired", "expired"): N_("The membership is expired already."),
    ("cancelled", "pending"): OVER,
    ("cancelled", "trialing"): OVER,
    ("cancelled", "active"): OVER,
    ("cancelled", "on_hold"): OVER,
    ("cancelled", "expired"): OVER,
    ("cancelled", "cancelled"): N_("The membership is cancelled already."),
}
"""Why the others are refused: every pair of two statuses is either here or in the table."""

BY_PAIR = {(row.before, row.after): row for row in TRANSITIONS}


def transition(before: MembershipStatus, after: MembershipStatus) -> Transition:
    """Return the row of the table. Raises TransitionNotAllowed, with the sentence why not."""
    if row := BY_PAIR.get((before, after)):
        return row
    raise TransitionNotAllowed(WHY_NOT[before, after])


def require_trial_days(status: MembershipStatus, trial_days: int) -> None:
    """Raise TransitionNotAllowed for a trial of no length."""
    if status == "trialing" and not trial_days:
        raise TransitionNotAllowed(N_("This membership was agreed on without a trial. Activate it."))


def allowed_from(before: MembershipStatus) -> list[MembershipStatus]:
    """Return what may follow by hand, in the order of the table."""
    return [row.after for row in TRANSITIONS if row.before == before and "console" in row.by]


def refused_from(before: MembershipStatus) -> dict[MembershipStatus, str]:
    """Return what may not follow, each with the sentence why."""
    return {after: sentence for (status, after), sentence in WHY_NOT.items() if status == before}
