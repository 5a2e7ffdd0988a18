"""Call a service over HTTP, in this process, on somebody's behalf; and count what it asks the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from flask import Flask
from werkzeug.test import TestResponse

from kernel.auth import Identity, Signer
from kernel.database import SET_TENANT, Database, UnitOfWork

Call = Callable[..., TestResponse]


def caller(app: Flask, signer: Signer) -> Call:
    """Return ``call(identity, method, path, **more)`` for the service."""
    service = app.import_name.removeprefix("services.")
    client = app.test_client()

    def call(
        identity: Identity, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        own = {
            "Authorization": f"Bearer {signer.mint(identity, service)}",
            "Atoll-Network": str(identity.network_id or ""),
        }
        return client.open(path, method=method, headers=own | (headers or {}), **more)

    return call


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that this process sends to PostgreSQL meanwhile, with their values."""
    # What opening a connection asks does not count.
    database.engine.connect().close()
    seen: list[tuple[str, Any]] = []
    execute = psycopg.Cursor.execute

    def note(cursor: Any, query: Any, values: Any = None, **more: Any) -> Any:
        seen.append((query.decode() if isinstance(query, bytes) else str(query), values))
        return execute(cursor, query, values, **more)

    enter = UnitOfWork.enter

    def note_entering(uow: UnitOfWork) -> None:
        # It goes past the cursor, in one message with BEGIN.
        seen.append((SET_TENANT, None))
        enter(uow)

    with patch.object(psycopg.Cursor, "execute", note), patch.object(UnitOfWork, "enter", note_entering):
        yield seen
