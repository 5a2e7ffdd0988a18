"""Notes: what admins write down about a customer."""

from datetime import datetime
from uuid import UUID

from kernel.contracts.common import Contract

LONGEST_NOTE = 10_000  # characters


class Note(Contract):
    """A note; ``text`` is Markdown, ``version`` what an edit names. ``author_id``: account or API key."""

    id: UUID
    customer_id: UUID
    author: str
    author_id: UUID | None
    author_name: str
    text: str
    created_at: datetime
    modified_at: datetime
    version: int


class Notes(Contract):
    """``GET /v1/customers/<id>/notes``: newest first; ``after`` is the cursor to read on with."""

    items: list[Note]
    after: str | None


class NoteText(Contract):
    """``POST /v1/customers/<id>/notes``: Markdown of at most 10,000 characters."""

    text: str


class NoteEdit(Contract):
    """``PUT /v1/customers/<id>/notes/<id>``: the text, and the version that it replaces."""

    text: str
    version: int


class NotesDeleted(Contract):
    """``DELETE /v1/customers/<id>/notes``: how many there were."""

    deleted: int
