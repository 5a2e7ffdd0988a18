"""What is to be done about a membership, and when: a table of what is known, and what follows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.contracts.billing_settings import BillingRules
from services.billing.agenda.steps import Bill, Snapshot, Step, holds_at, next_step, outlook, steps_due

DUE = datetime(2026, 5, 31, 10, tzinfo=UTC)
BEGAN = datetime(2026, 4, 30, 10, tzinfo=UTC)
RULES = BillingRules()


def day(number: float) -> datetime:
    """So many days after the period ended."""
    return DUE + timedelta(days=number)


def known(**more: Any) -> Snapshot:
    """A membership that is paid until ``DUE``; somebody pays it by hand."""
    return Snapshot(**{"status": "active", "rules": RULES, "begins_at": BEGAN, "ends_at": DUE} | more)


def billed(**more: Any) -> Bill:
    return Bill(**{"due_at": DUE, "asked_at": day(-3)} | more)


def charged(bill: Bill | None = None, **more: Any) -> Snapshot:
    """One that is charged to a saved card."""
    return known(is_charged=True, can_charge=True, bill=bill, **more)


TABLE = {
    "a pending one without a bill waits for a person": (known(status="pending", ends_at=None), None),
    "a first payment nobody makes is given up after 30 days": (
        known(status="pending", ends_at=None, bill=Bill(BEGAN, BEGAN)),
        Step("abandon", BEGAN + timedelta(days=30)),
    ),
    "nothing is given up while an address is to be verified": (
        known(status="pending", ends_at=None, waits=True, bill=Bill(BEGAN, BEGAN)),
        None,
    ),
    "nothing is given up while an attempt is under way": (
        known(status="pending", ends_at=None, bill=Bill(BEGAN, BEGAN, under_way_since=day(0))),
        None,
    ),
    "a paid one is billed three days ahead": (known(), Step("bill", day(-3))),
    "no time is billed before the time ahead of it runs": (
        known(begins_at=day(-1)),
        Step("bill", day(-1)),
    ),
    "a free one goes on when its time is over": (known(is_free=True), Step("go_on", DUE)),
    "a free trial ends by itself": (
        known(status="trialing", is_free=True),
        Step("end_trial", DUE),
    ),
    "a trial is billed three days before it ends": (known(status="trialing"), Step("bill", day(-3))),
    "what never ends needs nothing": (known(ends_at=None, renews=False), None),
    "what is not to renew expires on its day": (known(renews=False), Step("expire", DUE)),
    "what is cancelled at its end is not billed": (known(cancels_at=DUE), Step("cancel", DUE)),
    "what is cancelled a period later is billed": (known(cancels_at=day(30)), Step("bill", day(-3))),
    "a change at the end comes before its bill": (
        known(changes_at=DUE),
        Step("change", DUE),
    ),
    "a change long after does not keep the bill": (known(changes_at=day(9)), Step("bill", day(-3))),
    "one by hand is on hold when its time is over": (known(bill=billed()), Step("hold", DUE)),
    "who was asked late has as long as everybody": (
        known(bill=billed(asked_at=day(1))),
        Step("hold", day(4)),
    ),
    "a bill that was cancelled is not asked for again": (
        known(bill=billed(is_open=False)),
        Step("hold", DUE),
    ),
    "a page where somebody is paying has a day": (
        known(bill=billed(under_way_since=day(0))),
        Step("hold", day(1)),
    ),
    "a card is charged on the day": (charged(billed()), Step("charge", DUE, 1)),
    "a card is charged again after three days": (
        charged(billed(tries=1, tried_at=DUE)),
        Step("charge", day(3), 2),
    ),
    "two tries are made in the days after": (
        charged(billed(tries=2, tried_at=DUE)),
        Step("charge", day(5), 3),
    ),
    "the last is made after a week": (
        charged(billed(tries=3, tried_at=DUE)),
        Step("charge", day(7), 4),
    ),
    "after the last it is on hold": (charged(billed(tries=4, tried_at=DUE)), Step("hold", day(7))),
    "the days run from the first try": (
        charged(billed(tries=1, tried_at=day(6))),
        Step("charge", day(9), 2),
    ),
    "what was declined for good is only reminded of": (
        known(is_charged=True, bill=billed(tries=1, tried_at=DUE)),
        Step("remind", day(3), 2),
    ),
    "a charge under way is waited for until all tries are over": (
        charged(billed(tries=1, tried_at=DUE, under_way_since=DUE)),
        Step("hold", day(7)),
    ),
    "a lost outcome keeps nothing running for ever": (
        charged(billed(tries=4, tried_at=DUE, under_way_since=day(7))),
        Step("hold", day(8)),
    ),
    "a new card is tried at once": (
        charged(billed(tries=1, tried_at=DUE), new_since=day(1)),
        Step("charge", day(1), 1),
    ),
    "a new card is tried on hold too": (
        charged(billed(tries=4, tried_at=DUE), status="on_hold", held_at=day(7), new_since=day(8)),
        Step("charge", day(8), 4),
    ),
    "on hold it expires after its grace": (
        charged(billed(tries=4, tried_at=DUE), status="on_hold", held_at=day(7)),
        Step("expire", day(10)),
    ),
    "one that an admin holds runs out with its time": (
        known(status="on_hold", held_at=day(-10)),
        Step("expire", day(3)),
    ),
    "a lifetime one that an admin holds stays so": (
        known(status="on_hold", held_at=day(-10), ends_at=None, renews=False),
        None,
    ),
    "an expired one is asked for no more after 30 days": (
        known(status="expired", bill=billed()),
        Step("abandon", day(30)),
    ),
    "a cancelled one is over": (known(status="cancelled", bill=billed()), None),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_next_step_follows_from_what_is_known(case: str) -> None:
    what, step = TABLE[case]

    assert next_step(what, day(-9)) == step


def test_after_weeks_away_it_is_billed_and_charged_and_its_days_run_from_then() -> None:
    assert steps_due(charged(), day(40)) == [Step("bill", day(-3)), Step("charge", DUE, 1)]
    assert outlook(charged(), day(40))[2] == Step("charge", day(43), 2)


def test_the_outlook_says_what_comes_if_nobody_pays() -> None:
    assert outlook(charged(), day(-9)) == [
        Step("bill", day(-3)),
        Step("charge", DUE, 1),
        Step("charge", day(3), 2),
        Step("charge", day(5), 3),
        Step("charge", day(7), 4),
        Step("hold", day(7)),
        Step("expire", day(10)),
        Step("abandon", day(30)),
    ]


def test_the_outlook_of_one_paid_by_hand_ends_with_its_expiry() -> None:
    assert outlook(known(), day(-9)) == [
        Step("bill", day(-3)),
        Step("hold", DUE),
        Step("expire", day(3)),
        Step("abandon", day(30)),
    ]


def test_one_without_a_card_is_reminded_and_has_time_to_give_one() -> None:
    without = known(is_charged=True)

    assert [step.act for step in outlook(without, day(-9))] == [
        "bill", "remind", "remind", "remind", "remind", "hold", "expire", "abandon",
    ]  # fmt: skip


def test_late_tries_collapse_into_the_newest() -> None:
    late = charged(billed(tries=1, tried_at=DUE))

    assert steps_due(late, day(6)) == [Step("charge", day(5), 3)]


def test_one_that_was_never_tried_is_charged_before_anything_ends_it() -> None:
    assert next_step(charged(billed()), day(60)) == Step("charge", DUE, 1)


def test_a_network_may_have_another_table() -> None:
    rules = BillingRules(renews_before=7, grace=14, dunning=(1, 2))
    ours = charged(rules=rules)

    assert outlook(ours, day(-9))[:-1] == [
        Step("bill", day(-7)),
        Step("charge", day(1), 1),
        Step("charge", day(2), 2),
        Step("hold", day(2)),
        Step("expire", day(16)),
    ]


def test_a_cancellation_at_the_end_comes_before_the_charge_of_that_moment() -> None:
    both = charged(billed(), cancels_at=DUE)

    assert steps_due(both, DUE) == [Step("cancel", DUE)]


def test_the_day_of_the_hold_can_be_told() -> None:
    assert holds_at(charged(billed(tries=1, tried_at=DUE))) == day(7)
    assert holds_at(replace(charged(billed()), status="on_hold")) is None
    assert holds_at(known()) is None
