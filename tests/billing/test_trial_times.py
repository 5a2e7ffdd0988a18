"""A trial that was held before its end, and one of no length: times never overlap, and a sentence says so."""

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.contracts.memberships import MembershipChanges, MembershipEdit
from kernel.database import UnitOfWork
from services.billing.memberships.edits import edit_membership
from services.billing.memberships.lifecycle import change_status
from services.billing.memberships.paid_time import periods_of
from services.billing.memberships.transitions import TransitionNotAllowed
from services.billing.memberships.waiting import note_policy
from services.billing.models import Membership
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from tests.billing.conftest import Open, make_membership

WITHOUT_TRIAL = r"This membership was agreed on without a trial\. Activate it\."


@pytest.mark.parametrize("policy", ["never", "always"])
def test_a_membership_without_trial_days_begins_no_trial(
    uow: UnitOfWork, customer_id: UUID, policy: str
) -> None:
    membership = make_membership(uow, customer_id)
    note_policy(uow, policy)  # type: ignore[arg-type]

    with pytest.raises(TransitionNotAllowed, match=WITHOUT_TRIAL):
        change_status(uow, membership.id, "trialing")

    assert (membership.status, membership.waits_to_be, membership.trial_ends_at) == ("pending", None, None)


def test_moving_the_end_of_what_is_held_in_its_trial_ends_the_trial(opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        membership = held_in_trial(uow, customer_id)
    with opened() as uow:
        until = uow.now + timedelta(days=30)
        changes = MembershipChanges(expires_at=until)
        edit_membership(uow, membership.id, MembershipEdit(seen=None, changes=changes))

    with opened() as uow:
        trial, given = periods_of(uow, uow.get(Membership, membership.id))
        assert (trial.kind, given.kind, given.ends_at) == ("trial", "given", until)
        assert trial.ends_at == given.starts_at


@pytest.mark.parametrize("status", ["on_hold", "expired"])
def test_paying_what_left_its_trial_early_ends_the_trial(
    opened: Open, customer_id: UUID, status: str
) -> None:
    with opened() as uow:
        membership = held_in_trial(uow, customer_id, status)
        payment = create_payment(
            uow,
            customer_id=customer_id,
            currency="SEK",
            items=[Item("Bas", 19900)],
            membership_id=membership.id,
            kind="first",
        )
    with opened() as uow:
        complete_payment(uow, payment.id)

    with opened() as uow:
        paid = uow.get(Membership, membership.id)
        trial, first = periods_of(uow, paid)
        assert (paid.status, first.kind, first.amount) == ("active", "first", 19900)
        assert trial.ends_at == first.starts_at


def held_in_trial(uow: UnitOfWork, customer_id: UUID, status: str = "on_hold") -> Membership:
    membership = make_membership(uow, customer_id, trial_days=14)
    uow.session.flush()
    return change_status(uow, membership.id, status)  # type: ignore[arg-type]
