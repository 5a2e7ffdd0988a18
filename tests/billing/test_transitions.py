"""The table of what may follow what: complete, written down, and the only way from status to status."""

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from kernel.auth import Identity
from kernel.contracts.billing import MembershipStatus
from kernel.database import Database
from kernel.errors import Forbidden
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.transitions import (
    TRANSITIONS,
    WHY_NOT,
    TransitionNotAllowed,
    allowed_from,
)
from services.billing.models import Membership
from tests.billing.conftest import Open, make_membership

STATUSES: tuple[MembershipStatus, ...] = get_args(MembershipStatus)
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "memberships.md"
WHO = {"console": "`billing.edit`", "worker": "the worker"}

ALLOWED = {
    ("pending", "trialing"), ("pending", "active"), ("pending", "cancelled"),
    ("trialing", "active"), ("trialing", "on_hold"), ("trialing", "expired"), ("trialing", "cancelled"),
    ("active", "on_hold"), ("active", "expired"), ("active", "cancelled"),
    ("on_hold", "active"), ("on_hold", "expired"), ("on_hold", "cancelled"),
    ("expired", "active"), ("expired", "cancelled"),
}  # fmt: skip


def membership_that_is(status: MembershipStatus) -> Membership:
    return Membership(
        status=status, expires_at=None, started_at=None, period_length=None, auto_renew=True, trial_days=14
    )


@pytest.mark.parametrize(("before", "after"), sorted(product(STATUSES, STATUSES)))
def test_the_table_of_transitions_decides(before: MembershipStatus, after: MembershipStatus) -> None:
    membership = membership_that_is(before)

    if (before, after) in ALLOWED:
        assert membership.change_status(after, NOW) == before
        assert membership.status == after
    else:
        with pytest.raises(TransitionNotAllowed) as refusal:
            membership.change_status(after, NOW)
        assert str(refusal.value) == WHY_NOT[before, after]
        assert membership.status == before


def test_every_pair_of_statuses_is_allowed_or_has_a_sentence_why_not() -> None:
    allowed = {(row.before, row.after) for row in TRANSITIONS}

    assert allowed | set(WHY_NOT) == set(product(STATUSES, STATUSES))
    assert allowed & set(WHY_NOT) == set()
    assert len(allowed) == len(TRANSITIONS)


def test_the_written_table_is_the_table() -> None:
    _, _, after = DOCUMENT.read_text().partition("<!-- transitions -->\n")
    written, _, _ = after.partition("<!-- end of transitions -->")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in written.splitlines()[2:] if line
    ]

    assert rows == [
        [f"`{row.before}`", f"`{row.after}`", row.act, ", ".join(WHO[who] for who in row.by), row.when]
        for row in TRANSITIONS
    ]


def test_the_written_refusals_are_the_refusals() -> None:
    _, _, after = DOCUMENT.read_text().partition("<!-- refusals -->\n")
    written, _, _ = after.partition("<!-- end of refusals -->")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in written.splitlines()[2:] if line
    ]

    assert rows == [[f"`{before}`", f"`{after}`", sentence] for (before, after), sentence in WHY_NOT.items()]


def test_by_hand_what_runs_may_be_held_expired_or_cancelled() -> None:
    assert allowed_from("active") == ["on_hold", "expired", "cancelled"]
    assert allowed_from("cancelled") == []


def test_who_may_only_look_moves_nothing(
    opened: Open, billing: Database, owner: Identity, customer_id
) -> None:
    with opened() as uow:
        membership_id = make_membership(uow, customer_id).id
    looks = Identity(owner.network_id, owner.actor, frozenset({"billing.view"}), account_id=owner.account_id)

    with billing.unit_of_work(looks) as uow, pytest.raises(Forbidden, match=r"billing\.edit"):
        change_status(uow, membership_id, "active")

    with opened() as uow:
        assert uow.get(Membership, membership_id).status == "pending"
