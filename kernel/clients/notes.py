"""Notes of the customers service, as its callers see them."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import notes as contracts


class NotesClient(ServiceClient):
    """What admins write down about a customer."""

    def notes(self, customer_id: UUID, after: str | None = None) -> contracts.Notes:
        """Return a customer's notes, newest first."""
        return self._get(f"/v1/customers/{customer_id}/notes", contracts.Notes, {"after": after})

    def note(self, customer_id: UUID, note_id: UUID) -> contracts.Note:
        """Return one note."""
        return self._get(f"/v1/customers/{customer_id}/notes/{note_id}", contracts.Note)

    def add_note(self, customer_id: UUID, text: contracts.NoteText) -> contracts.Note:
        """Write a note. Raises Invalid with the field ``text``."""
        return self._send("POST", f"/v1/customers/{customer_id}/notes", text, contracts.Note)

    def edit_note(self, customer_id: UUID, note_id: UUID, edit: contracts.NoteEdit) -> contracts.Note:
        """Replace a note's text. Raises Conflict when somebody else saved it meanwhile."""
        return self._send("PUT", f"/v1/customers/{customer_id}/notes/{note_id}", edit, contracts.Note)

    def delete_note(self, customer_id: UUID, note_id: UUID) -> None:
        """Delete one note for good."""
        self._tell("DELETE", f"/v1/customers/{customer_id}/notes/{note_id}")

    def delete_notes(self, customer_id: UUID) -> contracts.NotesDeleted:
        """Delete every note of the customer for good."""
        self._forget()
        return self._caller.ask(
            "DELETE",
            f"/v1/customers/{customer_id}/notes",
            identity=self._identity,
            answer=contracts.NotesDeleted,
        )
