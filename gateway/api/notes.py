"""Notes about a customer."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.common import After
from kernel.contracts.notes import Note, NoteEdit, Notes, NotesDeleted, NoteText
from kernel.http import body, query


@blueprint.get("/customers/<uuid:customer_id>/notes")
@operation(scope="customers.view", query=After, answers=Notes, is_confirmed_by_customers=True)
def notes(customer_id: UUID) -> Notes:
    """A customer's notes, newest first."""
    return api_services().customers.notes(customer_id, query(After).after)


@blueprint.post("/customers/<uuid:customer_id>/notes")
@operation(scope="customers.edit", body=NoteText, answers=Note, is_confirmed_by_customers=True)
def add_note(customer_id: UUID) -> Note:
    """Write a note: Markdown of at most 10,000 characters."""
    return api_services().customers.add_note(customer_id, body(NoteText))


@blueprint.delete("/customers/<uuid:customer_id>/notes")
@operation(scope="customers.delete", answers=NotesDeleted, is_confirmed_by_customers=True)
def delete_notes(customer_id: UUID) -> NotesDeleted:
    """Delete every note of this customer for good; says how many there were."""
    return api_services().customers.delete_notes(customer_id)


@blueprint.get("/customers/<uuid:customer_id>/notes/<uuid:note_id>")
@operation(scope="customers.view", answers=Note, is_confirmed_by_customers=True)
def note(customer_id: UUID, note_id: UUID) -> Note:
    """One note, with the version to change it by."""
    return api_services().customers.note(customer_id, note_id)


@blueprint.put("/customers/<uuid:customer_id>/notes/<uuid:note_id>")
@operation(scope="customers.edit", body=NoteEdit, answers=Note, is_confirmed_by_customers=True)
def edit_note(customer_id: UUID, note_id: UUID) -> Note:
    """Replace a note's text; others' notes need `customers.delete` too. 409 when saved meanwhile."""
    return api_services().customers.edit_note(customer_id, note_id, body(NoteEdit))


@blueprint.delete("/customers/<uuid:customer_id>/notes/<uuid:note_id>")
@operation(scope="customers.edit", is_confirmed_by_customers=True)
def delete_note(customer_id: UUID, note_id: UUID) -> None:
    """Delete one note for good; others' notes need `customers.delete` too."""
    api_services().customers.delete_note(customer_id, note_id)
