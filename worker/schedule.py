"""What happens by the clock: the sweep that finds what no notification told of, and the clearing out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event

import structlog

from kernel import work
from kernel.database import Database, DatabaseAway
from kernel.events import Listener
from kernel.work import Kind
from worker.rings import Rings

SWEEP = 2.0  # seconds
MINUTE = 60.0  # seconds
HOUR = 3_600.0  # seconds
DAY = 86_400.0  # seconds

log = structlog.get_logger()


@dataclass(frozen=True)
class Every:
    """Something to be done every so many seconds, the first time at once."""

    seconds: float
    name: str
    action: Callable[[], object]

    def run(self, stop: Event) -> None:
        """Do it again and again until told to stop; a failure is told once, and tried again."""
        failed = False
        while not stop.is_set():
            try:
                self.action()
                failed = False
            except DatabaseAway:
                if not failed:
                    log.warning("database away, trying on", job=self.name)
                failed = True
            except Exception:
                log.exception("job failed", job=self.name)
            stop.wait(self.seconds)


class Sweep:
    """Rings for every listener and source, and for whatever work is due."""

    def __init__(
        self,
        databases: Mapping[str, Database],
        listeners: Mapping[str, Listener],
        kinds: Mapping[str, Kind],
        rings: Rings,
    ) -> None:
        self._databases, self._kinds, self._rings = databases, kinds, rings
        self._listeners = listeners

    def everything(self) -> None:
        """Ring for all there is. Raises DatabaseAway, after the others were asked."""
        for source in self._databases:
            self.listeners_of(source)
        away = [kind for kind in self._kinds.values() if not self._due(kind)]
        if away:
            raise DatabaseAway

    def listeners_of(self, source: str) -> None:
        """Ring every listener for one source."""
        for name in self._listeners:
            self._rings.advance(name, source)

    def _due(self, kind: Kind) -> bool:
        try:
            rows = work.due(kind, self._databases[kind.home])
        except DatabaseAway:
            return False
        for row_id in rows:
            self._rings.perform(kind.kind, str(row_id))
        return True


def timetable(
    sweep: Sweep,
    *,
    clear_out: Callable[[], object],
    clear_mails: Callable[[], object],
    end_visits: Callable[[], object],
    forget: Callable[[], object],
    plan_books: Callable[[], object],
) -> Sequence[Every]:
    """Return what the bell does by the clock."""
    return (
        Every(SWEEP, "sweep", sweep.everything),
        Every(MINUTE, "visits", end_visits),
        Every(DAY, "retention", clear_out),
        Every(DAY, "mail retention", clear_mails),
        Every(DAY, "former customers", forget),
        Every(HOUR, "books", plan_books),
    )
