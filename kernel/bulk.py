"""Many rows in one statement, and writes that wait for the end of a transaction to become one."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from sqlalchemy import text

from kernel.database import UnitOfWork
from kernel.tables import TenantScoped

R = TypeVar("R")
Write = Callable[[UnitOfWork, list[R]], None]


def insert_rows(uow: UnitOfWork, model: type[TenantScoped], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that name every column but the network; values are what JSON can say.

    COPY is refused by row-level security, and one JSON document is read several times quicker than
    as many parameters.
    """
    if not rows:
        return
    table = model.__tablename__  # type: ignore[attr-defined]
    network_id = str(uow.network_id)
    document = document_of([row | {"network_id": network_id} for row in rows])
    # The table's name comes from our own models.
    insert = (
        f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, CAST(:document AS json))"  # noqa: S608
    )
    uow.session.execute(text(insert), {"document": document})


def document_of(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as JSON; what JSON does not know becomes a string."""
    return json.dumps(rows, ensure_ascii=False, default=str)


def waiting(uow: UnitOfWork, write: Write[R]) -> list[R]:
    """Return the list, for the network at hand, that ``write`` is given just before the commit."""
    lists: dict[Any, list[Any]] = uow.session.info.setdefault("waiting", {})
    if not lists:
        uow.at_end(lambda: _write_all(uow))
    return cast(list[R], lists.setdefault((write, uow.network_id), []))


def _write_all(uow: UnitOfWork) -> None:
    for (write, network_id), rows in uow.session.info["waiting"].items():
        if rows:
            uow.act_for(replace(uow.identity, network_id=network_id))
            write(uow, rows)
