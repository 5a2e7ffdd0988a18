"""Messages for pages: those of a customer, those of the network, and one as it was written."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, literal_column, select, true, tuple_

from kernel.contracts import mails as contracts
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.mail.attachments import content_of
from services.customers.models import Customer, Mail, MailAttachment

SHOWN = 20
ON_A_PAGE = 5  # beside all else of a customer
LAST = "\U0010ffff"  # sorts behind whatever an address may go on with

STATES: dict[str, contracts.MailState] = {
    "due": "waiting", "leased": "waiting", "done": "sent", "dead": "given_up"
}  # fmt: skip
COLUMNS = (
    Mail.id,
    Mail.customer_id,
    Mail.to,
    Mail.subject,
    Mail.template,
    Mail.reason,
    Mail.language,
    Mail.link,
    Mail.state,
    Mail.attempts,
    Mail.answer,
    Mail.created_at,
    Mail.due_at,
    Mail.sent_at,
)
NEWEST = (Mail.created_at.desc(), Mail.id.desc())
LATEST_OF_CUSTOMER = Prepared(
    select(*COLUMNS)
    .where(Mail.customer_id == bindparam("customer_id"))
    .order_by(*NEWEST)
    .limit(literal_column(str(ON_A_PAGE + 1)))
)


def latest_mails(uow: UnitOfWork, customer_id: UUID) -> contracts.MailList:
    """Return what was last written to a customer; one statement, asked on each of his pages."""
    return _list_of(LATEST_OF_CUSTOMER.all(uow, customer_id=customer_id), ON_A_PAGE)


def mails_of_customer(uow: UnitOfWork, customer_id: UUID, after: str | None) -> contracts.MailList:
    """Return what was written to a customer. Raises NotFound, CursorNotValid."""
    uow.get(Customer, customer_id)
    return _read_on(uow, select(*COLUMNS).where(Mail.customer_id == customer_id), after)


def mails_of_network(uow: UnitOfWork, asked: contracts.MailsQuery) -> contracts.MailList:
    """Return what was written to anybody. Raises CursorNotValid."""
    return _read_on(uow, select(*COLUMNS).where(*_wanted(asked)), asked.after)


def mail_page(uow: UnitOfWork, mail_id: UUID) -> contracts.Mail:
    """Return one message with its words. Raises NotFound."""
    mail = uow.get(Mail, mail_id)
    return contracts.Mail(
        **_facts_of(mail),
        text=mail.text,
        html=mail.html,
        error=mail.last_error,
        attachments=_attachments(uow, mail_id),
    )


def mail_file(uow: UnitOfWork, mail_id: UUID, attachment_id: UUID) -> contracts.MailFile:
    """Return a file that goes, or went, with a message. Raises NotFound."""
    found = content_of(uow, mail_id, attachment_id)
    content = b64encode(found.content or b"")
    return contracts.MailFile(name=found.name, media_type=found.media_type, content=content)


def _attachments(uow: UnitOfWork, mail_id: UUID) -> list[contracts.MailAttachment]:
    """Return what goes with a message, without its bytes."""
    named = select(
        MailAttachment.id,
        MailAttachment.name,
        MailAttachment.media_type,
        func.octet_length(MailAttachment.content).label("size"),
    )
    rows = uow.session.execute(
        named.where(MailAttachment.mail_id == mail_id).order_by(MailAttachment.position)
    )
    return [contracts.MailAttachment.model_validate(row._asdict()) for row in rows]


def _wanted(asked: contracts.MailsQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.state:
        wanted.append(Mail.state.in_([ours for ours, said in STATES.items() if said == asked.state]))
    if asked.template:
        wanted.append(Mail.template == asked.template)
    if begins := asked.q.strip().lower():
        wanted.append(and_(Mail.to_key >= begins, Mail.to_key < begins + LAST))
    return wanted or [true()]


def _read_on(uow: UnitOfWork, found: Select[*tuple[Any, ...]], after: str | None) -> contracts.MailList:
    if after:
        beside = TimeCursor.read(after, of="mails", field="after")
        found = found.where(tuple_(Mail.created_at, Mail.id) < tuple_(beside.value, beside.id))
    rows = uow.session.execute(found.order_by(*NEWEST).limit(SHOWN + 1)).all()
    return _list_of(rows, SHOWN)


def _list_of(rows: Any, most: int) -> contracts.MailList:
    shown = rows[:most]
    after = None
    if len(rows) > most:
        after = TimeCursor(list="mails", value=shown[-1].created_at, id=shown[-1].id).written()
    return contracts.MailList(items=[contracts.MailRow(**_facts_of(row)) for row in shown], after=after)


def _facts_of(row: Row[Any] | Mail) -> dict[str, Any]:
    named = {name: getattr(row, name) for name in contracts.MailRow.model_fields if hasattr(row, name)}
    return named | {"state": STATES[row.state], "is_sent_again": row.reason != row.template}
