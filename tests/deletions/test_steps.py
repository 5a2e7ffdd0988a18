"""However its steps come, are told twice, fail or are killed, a deletion ends once and in one way."""

import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel import events
from kernel.config import Settings
from kernel.contracts.deletions import Way
from kernel.database import NOBODY, SERVICES, Database
from kernel.events import Listener
from services.billing.models import Payment
from services.customers.deletion import asking as deletions
from services.customers.models import CustomerFacts, TimelineSubject
from services.sites.models import Site
from tests.background import fork, wait_until
from tests.deletions.people import EVERYBODY, SAGA, Rich, admin_of, ask, enriched, settle, standing, step
from tests.deletions.test_orphans import GIVEN_AWAY, STAYS, places_of
from tests.flows.world import Owner, World
from worker.listeners.customer_facts import customer_facts
from worker.listeners.timeline import timeline

WAYS: tuple[Way, Way] = ("everything", "hand_over")

CarryOn = Callable[..., ForkServerProcess]


@dataclass
class Story:
    """Somebody who is deleted, and somebody who can take over; which of the two ways it is."""

    world: World
    rich: Rich
    heir: Owner
    way: Way = "everything"
    deletion_id: UUID = NOBODY

    def begin(self, way: Way) -> None:
        self.way = way
        self.deletion_id = ask(self.world, self.rich, way, self.heir if way == "hand_over" else None)

    def ask_again(self) -> None:
        with self.world.databases["customers"].unit_of_work(admin_of(self.world, self.rich)) as uow:
            deletions.ask_again(uow, self.deletion_id)

    def settle(self, *but: Listener) -> None:
        settle(self.world.databases, [one for one in EVERYBODY if one not in but])

    def has_ended(self) -> bool:
        """PostgreSQL needs a moment to notice that one who was killed, and held a cursor, is gone."""
        self.settle()
        return standing(self.world, self.deletion_id).state == "done"

    def assert_ended_as_ever(self) -> None:
        """Once, with nothing left over and everything counted once."""
        wait_until(self.has_ended)
        self.settle()
        owner, (memberships, sites, spent) = self.rich.owner, self.facts_of_heir()
        named = places_of(self.world, owner.customer_id, owner.account_id)
        if self.way == "everything":
            assert (named, memberships, sites, spent) == (set(STAYS), 0, 0, {})
        else:
            assert (named, memberships, sites, spent) == (GIVEN_AWAY, 1, 1, {"SEK": 19000})

    def facts_of_heir(self) -> tuple[int, int, dict[str, int]]:
        with self.world.databases["customers"].unit_of_work(self.world.command) as uow:
            his = select(CustomerFacts).where(CustomerFacts.customer_id == self.heir.customer_id)
            row = uow.session.scalars(his).one()
            return row.memberships, row.sites, row.spent


@pytest.fixture
def story(world: World, rich: Rich, heir: Owner) -> Story:
    return Story(world, rich, heir)


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_order_the_listeners_read_it_ends_the_same(story: Story, seed: int):
    chance = random.Random(seed)
    story.begin(WAYS[seed % 2])

    for _ in range(40):
        step(story.world.databases, chance.choice(EVERYBODY), chance.choice(SERVICES))

    story.assert_ended_as_ever()


@pytest.mark.parametrize("late", [timeline, customer_facts], ids=lambda listener: listener.name)
@pytest.mark.parametrize("way", WAYS)
def test_who_reads_of_him_only_after_he_is_gone_brings_nothing_back(
    world: World, heir: Owner, late: Listener, way: Way
):
    settle(world.databases)
    story = Story(world, enriched(world, "late@example.com", unread=late), heir)

    story.begin(way)
    story.settle(late)

    story.assert_ended_as_ever()
    with world.databases["customers"].unit_of_work(world.command) as uow:
        of_site = select(TimelineSubject.line_id).where(TimelineSubject.subject_id == story.rich.site_id)
        assert bool(uow.session.scalars(of_site).all()) is (way == "hand_over")


@pytest.mark.parametrize("way", WAYS)
def test_every_step_may_be_told_again_at_any_moment(story: Story, way: Way):
    story.begin(way)

    for listener, source in zip(SAGA[:2], ("customers", "billing"), strict=True):
        step(story.world.databases, listener, source)
        story.ask_again()

    story.assert_ended_as_ever()


def test_a_deletion_that_has_ended_is_not_asked_again(story: Story):
    story.begin("everything")
    story.settle()

    with pytest.raises(deletions.DeletionRefused, match="does not run any more"):
        story.ask_again()


def test_billing_does_not_change_its_mind_once_it_has_begun(story: Story):
    """A refund of a payment that stayed may be on its way by then; the person goes all the same."""
    story.begin("everything")
    step(story.world.databases, SAGA[0], "customers")
    with story.world.databases["billing"].unit_of_work(story.world.command) as uow:
        uow.get(Payment, story.rich.payment_id).refunds[0].status = "unknown"
    story.ask_again()

    story.assert_ended_as_ever()


def test_when_billing_fails_nothing_else_happens(story: Story, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise LookupError

    monkeypatch.setitem(SAGA[0].handlers, "customer.deletion_requested", fail)
    story.begin("everything")
    story.settle()

    row = standing(story.world, story.deletion_id)
    assert (row.state, row.billing_at, row.sites_at) == ("running", None, None)
    with story.world.databases["sites"].unit_of_work(story.world.command) as uow:
        assert uow.get(Site, story.rich.site_id).state == "active"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def settle_and_be_killed(settings: Settings, point: str, nth: int) -> None:
    """Carry deletions on, and be killed the ``nth`` time that the point is passed."""
    databases = {name: Database.of(settings, name) for name in SERVICES}
    passed = 0

    def counted(action: Callable[..., object], *, first: bool) -> Callable[..., object]:
        def act(*given: object, **named: object) -> object:
            nonlocal passed
            passed += 1
            if passed == nth and first:
                die()
            done = action(*given, **named)
            if passed == nth:
                die()
            return done

        return act

    if point == "handling":
        for listener in SAGA:
            for kind, handler in listener.handlers.items():
                listener.handlers[kind] = counted(handler, first=False)  # type: ignore[assignment]
    else:
        events._move = counted(events._move, first=point == "before the cursor")  # type: ignore[assignment]
    settle(databases)
    die()


@pytest.fixture
def carry_on(settings: Settings, tmp_path: Path) -> CarryOn:
    """Carry deletions on in a process of its own, which is killed at a point or else at the end."""

    def begin(point: str = "handling", nth: int = 1000) -> ForkServerProcess:
        return fork(settle_and_be_killed, settings, point, nth, log=tmp_path / "log")

    return begin


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("point", ["handling", "before the cursor", "after the cursor"])
def test_killed_at_any_step_it_ends_later(story: Story, carry_on: CarryOn, point: str, nth: int):
    story.begin(WAYS[nth % 2])

    killed = carry_on(point, nth)
    killed.join(60)

    assert killed.exitcode == -signal.SIGKILL
    story.assert_ended_as_ever()


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments_it_ends_later(story: Story, carry_on: CarryOn, seed: int):
    chance = random.Random(seed)
    story.begin(WAYS[seed % 2])

    for _ in range(3):
        process = carry_on()
        process.join(chance.uniform(0.05, 0.4))
        process.kill()
        process.join(10)

    story.assert_ended_as_ever()
