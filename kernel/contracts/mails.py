"""Mail as the customers service tells of it: what was written to whom, and what became of it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Base64Bytes, Field

from kernel.contracts.common import Contract

MailState = Literal["waiting", "sent", "given_up"]
Language = Literal["en", "sv"]

LINK = "[[link]]"
"""What stands in a kept message where the sent one has its single-use link."""


class MailRow(Contract):
    """A message as lists show it. ``answer`` is the last thing the mail server said.

    ``due_at`` is when a waiting one is tried (again); ``link`` says what the link in it is for.
    """

    id: UUID
    customer_id: UUID | None
    to: str
    subject: str
    template: str
    language: str
    link: Literal["", "verify", "reset", "invite", "pay", "card"]
    is_sent_again: bool
    state: MailState
    attempts: int
    answer: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None


class MailsQuery(Contract):
    """The list of a network's mail; ``q`` is an address, or how it begins."""

    state: MailState | Literal[""] = ""
    template: Annotated[str, Field(max_length=100)] = ""
    q: Annotated[str, Field(max_length=320)] = ""
    after: str | None = None


class MailList(Contract):
    """Messages, newest first; ``after`` reads on, None: the end."""

    items: list[MailRow]
    after: str | None


class MailAttachment(Contract):
    """A file that goes with a message; ``size`` in bytes, None until it is made."""

    id: UUID
    name: str
    media_type: str
    size: int | None


class MailFile(Contract):
    """``GET /v1/mails/<id>/attachments/<id>``: the file itself."""

    name: str
    media_type: str
    content: Base64Bytes


class Mail(MailRow):
    """``GET /v1/mails/<id>``: the message itself, with a placeholder where its link is.

    ``error`` says in a sentence why it is tried again or was given up.
    """

    text: str
    html: str
    error: str
    attachments: list[MailAttachment]


class MailWritten(Contract):
    """The message that was written anew."""

    id: UUID


class MailSample(Contract):
    """What a template makes of made-up values, in one language."""

    template: str
    language: Language
    subject: str
    text: str
    html: str


class MailSamples(Contract):
    """Every template in every language."""

    items: list[MailSample]


class SampleOrder(Contract):
    """``POST /v1/mail-samples``: send this to whoever asks."""

    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
    language: Language
