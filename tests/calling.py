"""Call a service over HTTP, in this process, on somebody's behalf; and count what it asks the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from kernel.auth import Identity, Signer
from kernel.database import Database

Call = Callable[..., TestResponse]


def caller(app: Flask, signer: Signer) -> Call:
    """Return ``call(identity, method, path, **more)`` for the service."""
    service = app.import_name.removeprefix("services.")
    client = app.test_client()

    def call(identity: Identity, method: str, path: str, **more: Any) -> TestResponse:
        headers = {
            "Authorization": f"Bearer {signer.mint(identity, service)}",
            "Atoll-Network": str(identity.network_id or ""),
        }
        return client.open(path, method=method, headers=headers, **more)

    return call


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that a service sends to its database meanwhile."""
    database: Database = app.extensions["atoll"].database
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)
