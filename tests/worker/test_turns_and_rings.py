"""One run at a time, no ring lost, none sent twice; a process that hears nothing any more ends."""

import time
from threading import Event

from kombu.exceptions import OperationalError

from tests.background import fork, wait_until
from worker.broker import ADVANCE, PERFORM
from worker.health import Life, answer, watch
from worker.rings import MOST, Rings
from worker.tasks import Turns

NAME = ("timeline", "billing")


def test_a_ring_during_a_turn_makes_its_holder_look_once_more():
    turns = Turns()
    assert turns.begin(NAME)
    assert not turns.begin(NAME)
    assert not turns.begin(NAME)

    assert turns.goes_on(NAME)
    assert not turns.goes_on(NAME)
    assert turns.begin(NAME)


def test_a_turn_of_one_keeps_nobody_else_waiting():
    turns = Turns()
    turns.begin(NAME)

    assert turns.begin(("timeline", "sites"))
    turns.end(NAME)
    assert turns.begin(NAME)


def test_the_same_ring_is_sent_once_and_they_keep_their_order():
    rings = Rings()
    for _ in range(3):
        rings.advance("timeline", "billing")
        rings.perform("mail", "1")
    rings.advance("facts", "billing")

    assert rings.take(0) == [
        (ADVANCE, "timeline", "billing"),
        (PERFORM, "mail", "1"),
        (ADVANCE, "facts", "billing"),
    ]
    assert rings.take(0) == []


def test_too_many_rings_for_work_are_left_to_the_sweep_but_listeners_are_still_rung():
    rings = Rings()
    for number in range(MOST + 10):
        rings.perform("mail", str(number))
    rings.advance("timeline", "billing")

    taken = rings.take(0)
    assert len(taken) == MOST + 1
    assert taken[-1] == (ADVANCE, "timeline", "billing")


def test_ready_is_who_finished_a_task_a_short_while_ago():
    life = Life(ready_for=0.2)
    assert answer("/readyz", lambda: life.is_ready)[0] == 503
    life.showed()
    assert answer("/readyz", lambda: life.is_ready)[0] == 200

    wait_until(lambda: not life.is_ready, seconds=2)


def watch_a_deaf_one() -> None:
    """Redis takes each canary, and none ever arrives."""
    watch(Life(stuck_after=0.3), lambda: None, stop=Event(), every=0.05)


def test_a_process_that_hears_no_canary_any_more_ends(tmp_path):
    process = fork(watch_a_deaf_one, log=tmp_path / "log")
    process.join(20)

    assert process.exitcode == 1
    assert "ending, to be started again" in (tmp_path / "log").read_text()


def test_a_process_whose_redis_is_away_waits_for_it():
    life, stop, tries = Life(stuck_after=0.1), Event(), []

    def send() -> None:
        tries.append(time.monotonic())
        if len(tries) == 20:
            stop.set()
        raise OperationalError("away")

    watch(life, send, stop=stop, every=0.02)

    assert len(tries) == 20
    assert not life.is_stuck


def test_a_process_that_works_without_hearing_its_canary_is_not_stuck():
    life = Life(stuck_after=0.05)
    life.asked()
    life.showed()
    time.sleep(0.06)

    assert not life.is_stuck
