"""Files that go with messages: named when the message is written, made before it is sent, and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.ids import new_id
from services.customers.models import Mail, MailAttachment
from services.customers.models.mails import LARGEST_ATTACHMENT


class AttachmentTooLarge(Exception):
    """The file is larger than a letter may be."""


@dataclass(frozen=True)
class Attached:
    """A file to go with a message: the printed invoice with this id."""

    name: str
    source_id: UUID
    source: str = "invoice"
    media_type: str = "application/pdf"


def attach(mail: Mail, files: Sequence[Attached]) -> None:
    """Name the files that go with the message."""
    mail.attachments = [
        MailAttachment(
            id=new_id(),
            position=position,
            name=one.name,
            media_type=one.media_type,
            source=one.source,
            source_id=one.source_id,
        )
        for position, one in enumerate(files, start=1)
    ]


def attach_again(mail: Mail, former: Mail) -> None:
    """Let the same files go with a message that is sent again, byte for byte."""
    mail.attachments = [
        MailAttachment(
            id=new_id(),
            position=one.position,
            name=one.name,
            media_type=one.media_type,
            source=one.source,
            source_id=one.source_id,
            content=one.content,
        )
        for one in former.attachments
    ]


def unmade(uow: UnitOfWork, mail_id: UUID) -> list[MailAttachment]:
    """Return the files of a message that have still to be made."""
    found = select(MailAttachment).where(MailAttachment.mail_id == mail_id, MailAttachment.content.is_(None))
    return list(uow.session.scalars(found.order_by(MailAttachment.position)))


def keep(uow: UnitOfWork, attachment_id: UUID, content: bytes) -> None:
    """Keep a file that was made, unless another worker was first. Raises AttachmentTooLarge."""
    if len(content) > LARGEST_ATTACHMENT:
        raise AttachmentTooLarge(f"A file has {len(content)} bytes; at most {LARGEST_ATTACHMENT} go by mail.")
    made = update(MailAttachment).where(MailAttachment.id == attachment_id, MailAttachment.content.is_(None))
    uow.session.execute(made.values(content=content).execution_options(synchronize_session=False))


def content_of(uow: UnitOfWork, mail_id: UUID, attachment_id: UUID) -> MailAttachment:
    """Return a file of a message. Raises NotFound, also while it has still to be made."""
    found = uow.session.scalar(
        select(MailAttachment).where(
            MailAttachment.mail_id == mail_id,
            MailAttachment.id == attachment_id,
            MailAttachment.content.is_not(None),
        )
    )
    if found is None:
        raise NotFound(MailAttachment.missing)
    return found
