"""Writing, changing and deleting notes about a customer.

Own ones take ``customers.edit``; somebody else's, and all at once, take ``customers.delete``.
"""

from uuid import UUID

from sqlalchemy import delete, select

from kernel.contracts.events import CustomerNoteChanged
from kernel.contracts.notes import LONGEST_NOTE
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Filled, Forbidden, Invalid, NotFound
from kernel.ids import new_id
from services.customers import audit
from services.customers.models import Customer, Note


class NoteNotValid(Invalid):
    """The text is empty or too long."""


class NoteOfSomebodyElse(Forbidden):
    """Somebody else wrote the note."""


class NoteChangedMeanwhile(Conflict):
    """Somebody saved the note since it was read."""


def add_note(uow: UnitOfWork, customer_id: UUID, text: str) -> Note:
    """Write a note about the customer. Raises NotFound, NoteNotValid."""
    uow.identity.require("customers.edit")
    customer = uow.get(Customer, customer_id)
    note = Note(
        id=new_id(),
        customer_id=customer.id,
        author=uow.identity.actor,
        author_id=_asking(uow),
        text=checked(text),
        created_at=uow.now,
        modified_at=uow.now,
    )
    uow.add(note)
    audit.note(uow, "note added", customer.id, after={"text": note.text}, note_id=str(note.id))
    uow.publish(CustomerNoteChanged(customer_id=customer.id, note_id=note.id, how="added"))
    return note


def edit_note(uow: UnitOfWork, customer_id: UUID, note_id: UUID, text: str, *, version: int) -> Note:
    """Replace the text. Raises NotFound, NoteOfSomebodyElse, NoteNotValid, NoteChangedMeanwhile."""
    note = _changeable(uow, customer_id, note_id)
    if note.version != version:
        raise NoteChangedMeanwhile(N_("Somebody else saved this note meanwhile. Look at it again."))
    wanted = checked(text)
    if wanted != note.text:
        audit.note(
            uow,
            "note edited",
            customer_id,
            before={"text": note.text},
            after={"text": wanted},
            note_id=str(note.id),
        )
        note.text = wanted
        note.version += 1
        note.modified_at = uow.now
        uow.publish(CustomerNoteChanged(customer_id=customer_id, note_id=note.id, how="edited"))
    return note


def delete_note(uow: UnitOfWork, customer_id: UUID, note_id: UUID) -> None:
    """Delete one note for good. Raises NotFound, NoteOfSomebodyElse."""
    note = _changeable(uow, customer_id, note_id)
    audit.note(uow, "note deleted", customer_id, before={"text": note.text}, note_id=str(note.id))
    uow.session.delete(note)
    uow.publish(CustomerNoteChanged(customer_id=customer_id, note_id=note_id, how="deleted"))


def delete_notes(uow: UnitOfWork, customer_id: UUID) -> int:
    """Delete every note of this customer, and of nobody else; return how many. Raises NotFound."""
    uow.identity.require("customers.delete")
    customer = uow.get(Customer, customer_id, lock=True)
    theirs = delete(Note).where(Note.customer_id == customer.id).returning(Note.id, Note.text)
    gone = uow.session.execute(theirs.execution_options(synchronize_session=False)).all()
    if gone:
        before = {"notes": [{"id": str(note.id), "text": note.text} for note in gone]}
        audit.note(uow, "notes deleted", customer.id, before=before)
        uow.publish(CustomerNoteChanged(customer_id=customer.id, note_id=None, how="all_deleted"))
    return len(gone)


def checked(text: str) -> str:
    """Return the text as it is kept. Raises NoteNotValid."""
    kept = text.replace("\r\n", "\n").strip()
    if not kept:
        sentence = N_("Write something first.")
        raise NoteNotValid(N_("The note is not saved."), fields={"text": sentence})
    if len(kept) > LONGEST_NOTE:
        too_long = Filled(
            N_("A note can hold at most %(most)s characters; this has %(length)s."),
            most=LONGEST_NOTE,
            length=len(kept),
        )
        raise NoteNotValid(N_("The note is not saved."), fields={"text": too_long})
    return kept


def _changeable(uow: UnitOfWork, customer_id: UUID, note_id: UUID) -> Note:
    """Return the note, locked, when whoever asks may change it."""
    wanted = select(Note).where(Note.id == note_id, Note.customer_id == customer_id).with_for_update(of=Note)
    note = uow.session.scalar(wanted.execution_options(populate_existing=True))
    if note is None:
        raise NotFound(Note.missing)
    asking = _asking(uow)
    is_own = asking is not None and note.author_id == asking
    if is_own:
        uow.identity.require("customers.edit", "customers.delete")
    elif "customers.delete" not in uow.identity.permissions:
        raise NoteOfSomebodyElse(N_("Somebody else wrote this note, so you may only read it."))
    return note


def _asking(uow: UnitOfWork) -> UUID | None:
    return uow.identity.account_id or uow.identity.key_id
