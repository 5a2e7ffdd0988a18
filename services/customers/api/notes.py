"""Notes about a customer over HTTP."""

from uuid import UUID

from flask import Blueprint, Response, request

from kernel.contracts.notes import NoteEdit, NotesDeleted, NoteText
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.customers.models import Customer
from services.customers.profiles import notes
from services.customers.queries import notes as queries

api = Blueprint("notes", __name__, url_prefix="/v1/customers/<uuid:customer_id>/notes")


@api.get("")
@needs("customers.view")
def show_notes(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        uow.get(Customer, customer_id)
        return answer(queries.notes(uow, customer_id, after=request.args.get("after")))


@api.post("")
@needs("customers.edit")
def add_note(customer_id: UUID) -> Response:
    given = body(NoteText)
    with unit_of_work() as uow:
        made = notes.add_note(uow, customer_id, given.text)
        return answer(queries.note(uow, customer_id, made.id), 201)


@api.delete("")
@needs("customers.delete")
def delete_notes(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(NotesDeleted(deleted=notes.delete_notes(uow, customer_id)))


@api.get("/<uuid:note_id>")
@needs("customers.view")
def show_note(customer_id: UUID, note_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.note(uow, customer_id, note_id))


@api.put("/<uuid:note_id>")
@needs("customers.edit", "customers.delete")
def edit_note(customer_id: UUID, note_id: UUID) -> Response:
    edit = body(NoteEdit)
    with unit_of_work() as uow:
        notes.edit_note(uow, customer_id, note_id, edit.text, version=edit.version)
        uow.session.flush()
        return answer(queries.note(uow, customer_id, note_id))


@api.delete("/<uuid:note_id>")
@needs("customers.edit", "customers.delete")
def delete_note(customer_id: UUID, note_id: UUID) -> Response:
    with unit_of_work() as uow:
        notes.delete_note(uow, customer_id, note_id)
    return nothing()
