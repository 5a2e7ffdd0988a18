"""What is to be rung next: the same thing rung twice before it is sent is sent once."""

from threading import Condition

from worker.broker import ADVANCE, PERFORM

MOST = 5_000  # rings kept; the sweep finds again what is dropped

Ring = tuple[str, str, str]


class Rings:
    """Rings that were asked for and not sent yet, in the order they came."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: dict[Ring, None] = {}

    def advance(self, listener: str, source: str) -> None:
        """Ask a listener to read a source on."""
        self._add((ADVANCE, listener, source))

    def perform(self, kind: str, row_id: str) -> None:
        """Ask for a row of due work to be performed."""
        self._add((PERFORM, kind, row_id))

    def _add(self, ring: Ring) -> None:
        with self._changed:
            if len(self._waiting) < MOST or ring[0] == ADVANCE:
                self._waiting[ring] = None
            self._changed.notify()

    def take(self, seconds: float) -> list[Ring]:
        """Return all that wait, and forget them; wait for the first one at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting), seconds)
            taken = list(self._waiting)
            self._waiting.clear()
            return taken
