"""What the worker does when it is rung: read the log on, perform due work, answer a canary."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import shuffle
from threading import BoundedSemaphore, Event, Lock
from time import monotonic
from uuid import UUID

import structlog
from kombu.exceptions import OperationalError

from kernel import events, work
from kernel.database import Database, DatabaseAway
from kernel.events import Listener
from kernel.work import Performer
from worker.broker import ADVANCE, PERFORM
from worker.health import Life

TURN = 5.0  # seconds; then others get the thread
HELD_BACK = 0.3  # seconds to wait for older transactions that events stand behind
LOOK_AGAIN = 0.03  # seconds
HANDFUL = 20  # rows of due work fetched at a time

log = structlog.get_logger()

Ring = Callable[..., None]


class Turns:
    """One run at a time for each name; a ring that comes meanwhile makes it look once more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rung: dict[tuple[str, str], bool] = {}

    def begin(self, name: tuple[str, str]) -> bool:
        """Take the turn; False when it is taken, and then its holder is told to look again."""
        with self._lock:
            is_taken = name in self._rung
            self._rung[name] = is_taken
            return not is_taken

    def goes_on(self, name: tuple[str, str]) -> bool:
        """Whether somebody rang meanwhile; if nobody did, the turn is over."""
        with self._lock:
            if self._rung.get(name):
                self._rung[name] = False
                return True
            self._rung.pop(name, None)
            return False

    def end(self, name: tuple[str, str]) -> None:
        """Give the turn back, however it went."""
        with self._lock:
            self._rung.pop(name, None)


class Tasks:
    """The bodies of the Celery tasks. They lose nothing when they are killed, or never run."""

    def __init__(
        self,
        databases: Mapping[str, Database],
        listeners: Mapping[str, Listener],
        performers: Mapping[str, Performer],
        *,
        life: Life,
        ring: Ring,
        hands: int,
    ) -> None:
        self._databases, self._listeners, self._performers = databases, listeners, performers
        self._life, self._ring = life, ring
        self._turns = Turns()
        # One thread fewer than there are: slow work never keeps the listeners waiting.
        self._hands = BoundedSemaphore(hands)
        self._stopping = Event()

    def stop(self, **_signal: object) -> None:
        """Let every turn end with the batch, or the row, that it is at."""
        self._stopping.set()

    def canary(self) -> None:
        """Show that messages still arrive and are worked on."""
        self._life.showed()

    def advance(self, listener: str, source: str) -> None:
        """Let the listener read ``source`` on until nothing is left, or its time is up."""
        if listener not in self._listeners or source not in self._databases:
            return
        name = (listener, source)
        if not self._turns.begin(name):
            return
        with self._border(ADVANCE, listener=listener, source=source):
            try:
                self._take_turn(name)
            finally:
                self._turns.end(name)

    def _take_turn(self, name: tuple[str, str]) -> None:
        listener, until = self._listeners[name[0]], monotonic() + TURN
        if name[1] == listener.home:
            events.retry_asked(listener, self._databases[listener.home])
        while True:
            has_more = self._read_on(listener, self._databases[name[1]], until)
            if has_more and not self._stopping.is_set():
                self._turns.end(name)
                self._ring(ADVANCE, *name)
                return
            if self._stopping.is_set() or not self._turns.goes_on(name):
                return

    def _read_on(self, listener: Listener, source: Database, until: float) -> bool:
        """Advance until nothing is left; True when time ran out before that."""
        home = self._databases[listener.home]
        waits_until = monotonic() + HELD_BACK
        while not self._stopping.is_set():
            if events.advance(listener, source, home):
                waits_until = monotonic() + HELD_BACK
                if monotonic() > until:
                    return True
            elif monotonic() > waits_until or not events.is_held_back(listener, source):
                return False
            else:
                self._stopping.wait(LOOK_AGAIN)
        return False

    def perform(self, kind: str, row_id: str) -> None:
        """Perform a row of due work if it is still due, and then what else of its kind is."""
        performer = self._performers.get(kind)
        # With every hand full the message may go: whoever is at it looks for more, and so does the sweep.
        if performer is None or not self._hands.acquire(blocking=False):
            return
        try:
            with self._border(PERFORM, kind=kind):
                self._perform_and_look_for_more(performer, UUID(row_id))
        finally:
            self._hands.release()

    def _perform_and_look_for_more(self, performer: Performer, rung: UUID) -> None:
        home, until = self._databases[performer.home], monotonic() + TURN
        waiting = [rung]
        while waiting:
            # Several hands look at the same rows; in different orders they seldom meet.
            shuffle(waiting)
            for row_id in waiting:
                if self._stopping.is_set() or monotonic() > until:
                    return
                work.perform(performer, home, row_id)
                self._life.showed()
            waiting = work.due(performer, home, HANDFUL)

    @contextmanager
    def _border(self, task: str, **fields: str) -> Iterator[None]:
        """Nothing may leave a task: the row or the cursor says what is still to do."""
        try:
            yield
        except (DatabaseAway, OperationalError) as reason:
            log.warning("task broken off", task=task, reason=type(reason).__name__, **fields)
        except Exception:
            log.exception("task failed", task=task, **fields)
        finally:
            self._life.showed()
