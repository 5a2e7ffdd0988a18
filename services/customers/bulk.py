"""Many new rows of a table in one statement."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from kernel.database import TenantScoped, UnitOfWork


def insert_rows(uow: UnitOfWork, model: type[TenantScoped], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that name every column but the network; values are what JSON can say.

    COPY is refused by row-level security, and one JSON document is read several times quicker than
    as many parameters.
    """
    if not rows:
        return
    table = model.__tablename__  # type: ignore[attr-defined]
    network_id = str(uow.network_id)
    document = json.dumps([row | {"network_id": network_id} for row in rows], ensure_ascii=False, default=str)
    # The table's name comes from our own models.
    insert = (
        f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, CAST(:document AS json))"  # noqa: S608
    )
    uow.session.execute(text(insert), {"document": document})
