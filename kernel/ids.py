"""Ids that we make ourselves, before anybody outside is called."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): unique, and sorted by the time it was made."""
    made: UUID = uuid7()
    return made
