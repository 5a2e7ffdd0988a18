"""The copies of memberships: what billing's events have told of each."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.bulk import document_of
from kernel.database import UnitOfWork

TELL = text("""
    INSERT INTO known_memberships AS known (network_id, membership_id, number, status, since, expires_at)
    SELECT :network_id, told.id, told.number, told.status, told.since, told.expires_at
    FROM json_to_recordset(CAST(:document AS json)) AS told
        (id uuid, number bigint, status text, since timestamptz, expires_at timestamptz)
    WHERE told.status IS NOT NULL
    ON CONFLICT (network_id, membership_id) DO UPDATE SET
        number = excluded.number, status = excluded.status,
        since = CASE WHEN known.status = excluded.status THEN known.since ELSE excluded.since END
""")
END = text("""
    UPDATE known_memberships AS known SET expires_at = told.expires_at
    FROM json_to_recordset(CAST(:document AS json)) AS told
        (id uuid, expires_at timestamptz, tells_end boolean)
    WHERE known.network_id = :network_id AND known.membership_id = told.id AND told.tells_end
""")


def tell(uow: UnitOfWork, told: Iterable[Mapping[str, Any]]) -> None:
    """Write down what was told of memberships, in the order in which it was: a batch is two statements.

    Each tells ``id`` and either ``number``, ``status`` and ``since``, or ``expires_at``, or all.
    """
    last: dict[UUID, dict[str, Any]] = {}
    for one in told:
        known = last.setdefault(one["id"], {})
        known.update(one)
        if "expires_at" in one:
            known["tells_end"] = True
    values = {"network_id": uow.network_id, "document": document_of(list(last.values()))}
    uow.session.execute(TELL, values)
    uow.session.execute(END, values)
