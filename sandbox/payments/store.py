"""What the provider knows, in one SQLite file: objects as JSON, keys, its list of movements, its clock."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any

from sandbox.payments.faults import Faults

Thing = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS things (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
    created INTEGER NOT NULL, parent TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS things_of_a_kind ON things (kind, position);
CREATE INDEX IF NOT EXISTS things_of_a_parent ON things (parent) WHERE parent <> '';
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, created INTEGER NOT NULL, status INTEGER, answer TEXT);
CREATE TABLE IF NOT EXISTS movements (position INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS later (
    position INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, id TEXT NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS endpoints (url TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, url TEXT NOT NULL,
    due REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries (due) WHERE done = 0;
CREATE TABLE IF NOT EXISTS clock (ahead REAL NOT NULL);
INSERT INTO clock (ahead) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM clock);
"""


class Store:
    """The file; whoever wants something of it waits for his turn."""

    def __init__(self, path: Path, faults: Faults) -> None:
        self.faults = faults
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._turn = Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def open(self, key: str = "", base: str = "") -> Iterator["Book"]:
        """Give the books to one at a time; what was written stands when the block is left without an error.

        ``key`` is that of the request, ``base`` where the caller reaches us.
        """
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Book(self._connection, self.faults, key, base)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def recover(self) -> None:
        """Forget what was at work when the process ended: it did nothing, since it was never committed."""
        with self._turn:
            self._connection.execute("DELETE FROM keys WHERE status IS NULL")

    def close(self) -> None:
        with self._turn:
            self._connection.close()


class Book:
    """The books, open in one transaction."""

    def __init__(self, connection: sqlite3.Connection, faults: Faults, key: str, base: str) -> None:
        self.sql, self.faults, self.key, self.base = connection, faults, key, base

    @property
    def now(self) -> float:
        """The provider's time, in seconds; a test may move it ahead."""
        ahead: float = self.sql.execute("SELECT ahead FROM clock").fetchone()[0]
        return time.time() + ahead

    def make(self, kind: str, prefix: str, parent: str = "", **fields: Any) -> Thing:
        """Write a new object, and return it."""
        thing = {
            "id": prefix + token_hex(12),
            "object": kind,
            "created": int(self.now),
            "livemode": False,
            **fields,
        }
        self.sql.execute(
            "INSERT INTO things (id, kind, created, parent, body) VALUES (?, ?, ?, ?, ?)",
            (thing["id"], kind, thing["created"], parent, json.dumps(thing)),
        )
        return thing

    def find(self, name: str) -> Thing | None:
        """Return the object of that id."""
        row = self.sql.execute("SELECT body FROM things WHERE id = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def save(self, thing: Thing, **changed: Any) -> Thing:
        """Write the object with what changed, and return it."""
        thing.update(changed)
        self.sql.execute("UPDATE things SET body = ? WHERE id = ?", (json.dumps(thing), thing["id"]))
        return thing

    def children(self, kind: str, parent: str) -> list[Thing]:
        """Return the objects that belong to another one, oldest first."""
        found = self.sql.execute(
            "SELECT body FROM things WHERE parent = ? AND kind = ? ORDER BY position", (parent, kind)
        )
        return [json.loads(row[0]) for row in found]

    def move(self, kind: str, thing: Thing, charge: str) -> None:
        """Write a line of what really happened; it is never changed."""
        line = {
            "kind": kind, "reference": thing["id"], "charge": charge, "amount": thing["amount"],
            "currency": thing["currency"], "metadata": thing.get("metadata") or {}, "key": self.key,
            "at": self.now,
        }  # fmt: skip
        self.sql.execute("INSERT INTO movements (body) VALUES (?)", (json.dumps(line),))

    def movements(self) -> list[Thing]:
        """Return what really happened, oldest first."""
        lines = self.sql.execute("SELECT body FROM movements ORDER BY position")
        return [json.loads(line[0]) for line in lines]

    def do_later(self, name: str, outcome: str, seconds: float) -> None:
        """Decide about an object later: ``succeeded``, ``failed``, ``disputed`` or ``booked``."""
        self.sql.execute(
            "INSERT INTO later (due, id, outcome) VALUES (?, ?, ?)", (self.now + seconds, name, outcome)
        )
