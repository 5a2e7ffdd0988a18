"""Write to somebody: the message is rendered and kept now, in this transaction, and sent by the worker."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta, select_autoescape
from markupsafe import Markup, escape
from sqlalchemy import select

from kernel.contracts.mails import LINK
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from kernel.ids import new_id
from services.customers.accounts.one_time_tokens import Purpose
from services.customers.mail.attachments import Attached, attach
from services.customers.mail.looks import ink_on
from services.customers.models import Account, Customer, Mail, Network

TEMPLATES = Path(__file__).parent.parent / "mail_templates"
LANGUAGES = ("en", "sv")
Link = Literal["", "pay", "card"] | Purpose


def write(
    uow: UnitOfWork,
    template: str,
    *,
    to: str,
    language: str = "",
    account_id: UUID | None = None,
    customer_id: UUID | None = None,
    link: Link = "",
    attachments: Sequence[Attached] = (),
    **values: Any,
) -> Mail:
    """Keep a message for the worker to send; ``values`` are what its template shows, as JSON can say it.

    Without a language that we write, the network's is taken. ``link`` needs the ``account_id`` whose
    token it is to carry. ``attachments`` are made before it is sent. Raises NotFound while the network is
    not known here yet, and for somebody who is gone: who is being deleted this moment is waited for, or
    waits, so that no message outlives him.
    """
    if customer_id is not None:
        _hold(uow, Customer, customer_id)
    elif account_id is not None:
        _hold(uow, Account, account_id)
    network = uow.session.scalar(select(Network))
    if network is None:
        raise NotFound(N_("This network cannot send mail yet. Try again in a moment."))
    chosen = language if language in LANGUAGES else network.locale
    message = render(network, template, chosen, values)
    mail = Mail(
        id=new_id(),
        to=to,
        account_id=account_id,
        customer_id=customer_id,
        reason=template,
        template=template,
        language=chosen,
        values=values,
        link=link,
        created_at=uow.now,
        **message,
    )
    if attachments:
        attach(mail, attachments)
    uow.add(mail)
    uow.ring("mail", mail.id)
    return mail


def _hold(uow: UnitOfWork, model: type[Account] | type[Customer], row_id: UUID) -> None:
    """Keep somebody from being deleted until the message is there, to be deleted with him.

    Only one of the two: accounts are locked before customers, and whoever writes may hold the customer.
    """
    uow.session.flush()
    his = select(model.id).where(model.id == row_id)
    if uow.session.scalar(his.with_for_update(read=True, key_share=True, of=model)) is None:
        raise NotFound(model.missing)


def purpose_of(mail: Mail) -> Purpose:
    """Return what the message's link to an account is for. Raises ValueError when it has none."""
    if mail.link in {"", "pay", "card"}:
        raise ValueError(f"Message {mail.id} carries no link to an account.")
    return cast("Purpose", mail.link)


def render(network: Network, template: str, language: str, values: dict[str, Any]) -> dict[str, str]:
    """Return ``subject``, ``html`` and ``text`` of a message.

    A template has the blocks ``subject``, ``body`` (paragraphs divided by empty lines) and, if the message
    carries a link, ``button``, its words.
    """
    blocks = _environment().get_template(f"{language}/{template}.txt").blocks
    context = _environment().from_string("").new_context({"network": network, **values})
    said = {name: "".join(block(context)).strip() for name, block in blocks.items()}
    paragraphs = [part.strip() for part in said["body"].split("\n\n") if part.strip()]
    shown = {"network": network, "language": language, "button": said.get("button", ""), "link": LINK}
    shown |= {"subject": said["subject"], "paragraphs": paragraphs, "mark_up": _marked_up}
    # The first paragraph is the greeting.
    shown |= {"ink": ink_on(network.colour), "preview": paragraphs[min(1, len(paragraphs) - 1)]}
    parts = {kind: _environment().get_template(f"layout.{kind}") for kind in ("html", "text")}
    return {"subject": said["subject"], **{kind: part.render(shown).strip() for kind, part in parts.items()}}


def names_in(template: str, language: str) -> set[str]:
    """Return the names of the values that a template shows."""
    source = (TEMPLATES / language / f"{template}.txt").read_text(encoding="utf-8")
    return meta.find_undeclared_variables(_environment().parse(source)) - {"network"}


def _marked_up(paragraph: str) -> Markup:
    """Return a paragraph as HTML, its line breaks kept."""
    return Markup("<br>").join(escape(line) for line in paragraph.splitlines())


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
