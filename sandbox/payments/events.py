"""Events, and when each is delivered where; what a test wants to go wrong with them, does here."""

import json
import random

from sandbox.payments.store import Book, Thing

SPREAD = 2.0  # seconds over which shuffled messages arrive


def emit(book: Book, kind: str, thing: Thing) -> None:
    """Say that something happened to an object."""
    event = book.make("event", "evt_", type=kind, data={"object": json.loads(json.dumps(shown(thing)))})
    for (url,) in book.sql.execute("SELECT url FROM endpoints").fetchall():
        for wait in _waits(book, kind):
            due = book.now + wait
            book.sql.execute(
                "INSERT INTO deliveries (event, url, due) VALUES (?, ?, ?)", (event["id"], url, due)
            )


def shown(thing: Thing) -> Thing:
    """Return an object without what only the provider knows."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def _waits(book: Book, kind: str) -> list[float]:
    """Return after how many seconds each copy of a message goes out; none when it is to be lost."""
    fault = book.faults.take("webhooks", kind)
    if fault is None:
        return [0.0]
    waits = {
        "omitted": [],
        "duplicated": [0.0, 0.0],
        "shuffled": [random.uniform(0, SPREAD)],  # noqa: S311 - order is no secret
        "delay": [fault.seconds],
    }
    return waits.get(fault.kind, [0.0])
