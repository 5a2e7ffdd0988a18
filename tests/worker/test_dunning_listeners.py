"""The listeners of dunning: a saved method has its customer's memberships looked at."""

from datetime import timedelta
from uuid import UUID

import pytest

from kernel import events
from kernel.auth import Identity
from kernel.contracts.billing_settings import BillingRules
from kernel.contracts.events import BillingSettingsChanged
from kernel.contracts.plugins import Method
from kernel.database import Database
from kernel.ids import new_id
from services.billing.models import BillingSettings, MembershipAgenda
from services.billing.payments.methods import keep_method
from tests.billing.days import Days, at
from worker.listeners.dunning import membership_agenda


@pytest.fixture
def days(databases: dict[str, Database], owner: Identity) -> Days:
    made = Days(databases["billing"], owner)
    made.found()
    return made


def read_on(days: Days) -> None:
    with at(days.now):
        while events.advance(membership_agenda, days.billing, days.billing):
            pass


def decide(days: Days, **rules: int) -> None:
    """Decide otherwise than the defaults, as the settings page does."""
    after = BillingRules.model_validate(rules)
    told = BillingSettingsChanged(before=BillingRules(), after=after)
    with days.billing.unit_of_work(days.owner) as uow:
        uow.add(BillingSettings(decided=rules, modified_at=uow.now))
        uow.publish(told)
    read_on(days)


def save_card(days: Days, customer_id: UUID) -> None:
    with days.billing.unit_of_work(days.owner) as uow:
        keep_method(uow, customer_id, "stripe", Method(f"pm_{new_id().hex}", "cus_1"))
    read_on(days)


def test_a_saved_card_has_its_customers_memberships_looked_at_at_once(days: Days) -> None:
    customer_id = new_id()
    his, another = days.start(customer_id), days.start(new_id())
    days.work()
    waits_until = days.agenda(another).due_at

    save_card(days, customer_id)

    assert days.agenda(his).due_at == days.now
    assert days.agenda(another).due_at == waits_until


def test_who_works_on_one_just_then_begins_anew(days: Days) -> None:
    customer_id = new_id()
    his = days.start(customer_id)
    days.work()
    with days.billing.unit_of_work(days.owner) as uow:
        row = uow.get(MembershipAgenda, his)
        row.state, row.lease_token, row.lease_until = "leased", new_id(), days.now

    save_card(days, customer_id)

    assert (days.agenda(his).state, days.agenda(his).lease_token) == ("due", None)


def test_other_days_move_what_waits(days: Days) -> None:
    his = days.start(new_id())
    days.work()
    before = days.agenda(his).due_at

    decide(days, renews_before=10)
    days.jump_to(days.now + timedelta(minutes=1))

    assert days.agenda(his).due_at == before - timedelta(days=7)


def test_what_concerns_no_days_moves_nothing(days: Days) -> None:
    his = days.start(new_id())
    days.work()
    before = days.agenda(his).due_at

    decide(days, pay_within=20)

    assert days.agenda(his).due_at == before
