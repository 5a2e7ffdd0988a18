"""Keys of addresses by which two names of DNS are two: ``straße.example`` is not ``strasse.example``.

Only keys that are another one by the new rule are written, and of those none that is somebody else's: such
an account keeps the key it has, and is found by it as it was kept, until its address is saved again.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.customers.folding import login_key

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("accounts", "one_time_tokens")
COLUMNS = {"email_key": "email", "username_key": "username"}


def upgrade() -> None:
    # The owner, too, sees no rows while row-level security is forced upon him.
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    connection = op.get_bind()
    for key, text in COLUMNS.items():
        for row in _that_can_differ(connection, text):
            if (new := login_key(row.text)) != row.key and not _is_taken(connection, row, new):
                _write(connection, row, key, new)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _that_can_differ(connection: sa.Connection, text: str) -> Sequence[Any]:
    """Return accounts whose login has an @ and letters beyond ASCII, or a name as DNS writes those."""
    found = (
        f"SELECT id, network_id, {text} AS text, {text}_key AS key FROM accounts"  # noqa: S608
        f" WHERE {text} LIKE '%@%' AND ({text} ~ '[^ -~]' OR {text} ILIKE '%xn--%')"
    )
    return connection.execute(sa.text(found)).all()


def _is_taken(connection: sa.Connection, row: Any, new: str) -> bool:
    others = (
        "SELECT 1 FROM accounts WHERE network_id = :network_id AND id <> :id"
        " AND (email_key = :new OR username_key = :new)"
    )
    named = {"network_id": row.network_id, "id": row.id, "new": new}
    return connection.execute(sa.text(others), named).first() is not None


def _write(connection: sa.Connection, row: Any, key: str, new: str) -> None:
    named = {"id": row.id, "old": row.key, "new": new}
    connection.execute(sa.text(f"UPDATE accounts SET {key} = :new WHERE id = :id"), named)  # noqa: S608
    if key == "email_key":
        links = "UPDATE one_time_tokens SET email_key = :new WHERE account_id = :id AND email_key = :old"
        connection.execute(sa.text(links), named)
