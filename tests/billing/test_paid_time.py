"""Time that was paid for: given once, never shortened, right after the time before it or from today."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kernel.contracts.events import MembershipExtended, MembershipPaidTooLate, MembershipStatusChanged
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.memberships.cancellations import cancel_now
from services.billing.memberships.granting import grant_paid_time
from services.billing.memberships.lifecycle import activate_membership, change_status
from services.billing.memberships.periods import end_of
from services.billing.memberships.waiting import note_policy, note_status
from services.billing.models import Membership, MembershipChange, MembershipPeriod, Payment
from services.billing.networks import note_network
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from tests.billing.conftest import MONTHLY, Open, make_membership

Bill = Callable[..., Payment]


def bill(uow: UnitOfWork, membership: Membership, *, kind: str = "renewal") -> Payment:
    """Ask for the time that comes next, as the worker does."""
    payment = create_payment(
        uow,
        customer_id=membership.customer_id,
        currency=membership.currency,
        items=[Item("Bas", membership.amount)],
        membership_id=membership.id,
        kind=kind,
    )
    starts_at = membership.trial_ends_at if membership.status == "trialing" else membership.expires_at
    if starts_at is not None:
        uow.session.flush()
        uow.add(
            MembershipPeriod(
                id=new_id(),
                membership_id=membership.id,
                kind=kind,
                starts_at=starts_at,
                ends_at=end_of(MONTHLY, starts_at),
                payment_id=payment.id,
                created_at=uow.now,
            )
        )
    uow.session.flush()
    return payment


def paid(uow: UnitOfWork, customer_id: UUID) -> Membership:
    """A membership whose first month was paid just now."""
    membership = make_membership(uow, customer_id)
    complete_payment(uow, bill(uow, membership, kind="first").id)
    return membership


def times(uow: UnitOfWork, membership: Membership) -> list[tuple[str, datetime, datetime | None, int]]:
    uow.session.flush()
    mine = select(MembershipPeriod).where(
        MembershipPeriod.membership_id == membership.id, MembershipPeriod.granted_at.is_not(None)
    )
    rows = uow.session.scalars(mine.order_by(MembershipPeriod.starts_at))
    return [(row.kind, row.starts_at, row.ends_at, row.amount) for row in rows]


def acts(uow: UnitOfWork, membership: Membership) -> list[str]:
    uow.session.flush()
    mine = select(MembershipChange.act).where(MembershipChange.membership_id == membership.id)
    return list(uow.session.scalars(mine.order_by(MembershipChange.at, MembershipChange.id)))


def test_the_first_payment_starts_a_pending_membership(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = paid(uow, customer_id)

    end = end_of(MONTHLY, uow.now)
    assert (membership.status, membership.started_at, membership.expires_at) == ("active", uow.now, end)
    assert (membership.anchor_at, membership.cycles_billed) == (uow.now, 1)
    assert times(uow, membership) == [("first", uow.now, end, 19900)]
    said = [type(event) for event in uow.published]
    assert said.count(MembershipExtended) == said.count(MembershipStatusChanged) == 1


def test_time_is_given_once_however_often_it_is_asked(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = make_membership(uow, customer_id)
    payment = complete_payment(uow, bill(uow, membership, kind="first").id)
    before = (membership.expires_at, membership.cycles_billed, membership.version, len(uow.published))

    grant_paid_time(uow, payment)

    after = (membership.expires_at, membership.cycles_billed, membership.version, len(uow.published))
    assert after == before


def test_a_renewal_lies_right_after_the_time_before_it(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = paid(uow, customer_id)
    first_end = membership.expires_at
    payment = bill(uow, membership)

    uow.now += timedelta(days=20)
    complete_payment(uow, payment.id)

    assert membership.expires_at == end_of(MONTHLY, first_end)
    assert [row[1:3] for row in times(uow, membership)] == [
        (membership.started_at, first_end), (first_end, membership.expires_at),
    ]  # fmt: skip
    assert acts(uow, membership) == ["activate", "renew"]


def test_who_pays_in_the_days_of_grace_goes_on_from_the_old_end(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = paid(uow, customer_id)
    old_end = membership.expires_at
    payment = bill(uow, membership)
    uow.now = old_end + timedelta(days=2)
    change_status(uow, membership.id, "on_hold")

    complete_payment(uow, payment.id)

    assert (membership.status, membership.held_at) == ("active", None)
    assert membership.expires_at == end_of(MONTHLY, old_end)


def test_who_pays_after_expiry_goes_on_from_today(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = paid(uow, customer_id)
    payment = bill(uow, membership)
    uow.now = membership.expires_at + timedelta(days=10)
    change_status(uow, membership.id, "on_hold")
    change_status(uow, membership.id, "expired")

    complete_payment(uow, payment.id)

    assert (membership.status, membership.expires_at) == ("active", end_of(MONTHLY, uow.now))
    assert membership.anchor_at == uow.now
    assert [row[1] for row in times(uow, membership)] == [membership.started_at, uow.now]


def test_what_would_be_over_already_is_paid_from_today(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = paid(uow, customer_id)
    payment = bill(uow, membership)
    uow.now = membership.expires_at + timedelta(days=40)
    change_status(uow, membership.id, "on_hold")

    complete_payment(uow, payment.id)

    assert membership.expires_at == end_of(MONTHLY, uow.now)


def test_a_payment_never_makes_an_end_earlier(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = paid(uow, customer_id)
    late = uow.now + timedelta(days=300)
    membership.expires_at = late
    change_status(uow, membership.id, "expired")

    complete_payment(uow, bill(uow, membership).id)

    assert membership.expires_at == end_of(MONTHLY, late)


def test_who_pays_within_his_trial_keeps_the_rest_of_it(uow: UnitOfWork, customer_id: UUID) -> None:
    membership = make_membership(uow, customer_id, trial_days=14)
    trial_end = membership.trial_ends_at
    payment = bill(uow, membership, kind="first")
    uow.now += timedelta(days=12)

    complete_payment(uow, payment.id)

    assert (membership.status, membership.expires_at) == ("active", end_of(MONTHLY, trial_end))
    assert [row[0] for row in times(uow, membership)] == ["trial", "first"]


def test_who_is_activated_by_hand_in_his_trial_has_no_trial_any_more(uow: UnitOfWork, customer_id) -> None:
    membership = make_membership(uow, customer_id, trial_days=14)
    uow.now += timedelta(days=4)

    activate_membership(uow, membership.id)

    assert membership.trial_ends_at == uow.now
    assert [(row[0], row[2]) for row in times(uow, membership)] == [
        ("trial", uow.now), ("given", end_of(MONTHLY, uow.now)),
    ]  # fmt: skip


def test_who_is_activated_by_hand_still_owes_his_bill_and_has_time_to_pay(uow, customer_id) -> None:
    membership = make_membership(uow, customer_id)
    payment = bill(uow, membership, kind="first")

    activate_membership(uow, membership.id)

    assert (payment.status, payment.due_at) == ("pending", uow.now + timedelta(days=14))
    assert times(uow, membership) == [("first", uow.now, end_of(MONTHLY, uow.now), 19900)]
    complete_payment(uow, payment.id)
    assert membership.expires_at == end_of(MONTHLY, uow.now)


def test_who_must_verify_his_address_gets_his_paid_time_once_he_has(uow, customer_id) -> None:
    note_policy(uow, "always")
    note_status(uow, customer_id, "pending")
    membership = make_membership(uow, customer_id)
    complete_payment(uow, bill(uow, membership, kind="first").id)
    assert (membership.status, membership.waits_to_be, times(uow, membership)) == ("pending", "active", [])

    uow.now += timedelta(days=5)
    note_status(uow, customer_id, "verified")
    activate_membership(uow, membership.id)

    assert times(uow, membership) == [("first", uow.now, end_of(MONTHLY, uow.now), 19900)]


def test_money_for_what_was_cancelled_gives_no_time_and_is_said(uow, customer_id) -> None:
    membership = paid(uow, customer_id)
    end = membership.expires_at
    payment = bill(uow, membership)
    change_status(uow, membership.id, "cancelled")

    complete_payment(uow, payment.id)

    assert (membership.status, membership.expires_at, payment.status) == ("cancelled", end, "completed")
    assert [event for event in uow.published if isinstance(event, MembershipPaidTooLate)] == [
        MembershipPaidTooLate(
            membership_id=membership.id,
            customer_id=customer_id,
            payment_id=payment.id,
            number=membership.number,
            payment_number=payment.number,
            total=payment.money(19900),
        )
    ]


def test_periods_are_counted_where_the_network_is(uow: UnitOfWork, customer_id: UUID) -> None:
    note_network(uow, time_zone="Europe/Stockholm")
    uow.now = datetime.fromisoformat("2026-03-15T11:00:00+00:00")

    membership = paid(uow, customer_id)

    assert membership.expires_at == datetime.fromisoformat("2026-04-15T10:00:00+00:00")


def test_the_database_refuses_two_times_at_once(opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        membership_id = paid(uow, customer_id).id

    with pytest.raises(IntegrityError, match="two times at once"), opened() as uow:
        uow.session.execute(
            text(
                "INSERT INTO membership_periods (id, network_id, membership_id, kind, starts_at, ends_at,"
                " amount, granted_at, created_at) SELECT gen_random_uuid(), network_id, membership_id,"
                " 'given', starts_at + interval '1 day', ends_at, 0, now(), now()"
                " FROM membership_periods WHERE membership_id = :id"
            ),
            {"id": membership_id},
        )


def test_cancelling_takes_back_what_is_unpaid_and_keeps_what_is_paid(uow, customer_id) -> None:
    membership = paid(uow, customer_id)
    end = membership.expires_at
    payment = bill(uow, membership)

    cancel_now(uow, membership.id, cause="too_expensive", reason="Byter till en tidning.")

    assert (membership.status, membership.expires_at, membership.auto_renew) == ("cancelled", end, False)
    assert (membership.cancel_cause, membership.cancel_reason) == ("too_expensive", "Byter till en tidning.")
    assert payment.status == "cancelled"
