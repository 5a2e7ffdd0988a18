"""Mail: what was written to whom, one message as it went out, and sending it again."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway import labels
from gateway.auth import confirmed_by_customers, needs, services
from gateway.downloads import as_download
from gateway.fenced import fenced, shows_frames, without_link
from gateway.translation import gettext as _
from gateway.views.pages import page
from gateway.words import said
from kernel.contracts.mails import Mail, MailsQuery
from kernel.errors import Conflict, TooMany
from kernel.http import query
from kernel.ids import new_id

views = Blueprint("mails", __name__, url_prefix="/mails")


@views.get("")
@confirmed_by_customers
@needs("customers.view")
def mails() -> Response:
    """Everything that was written, newest first, narrowed by state, template and address."""
    asked = query(MailsQuery)
    found = services().customers.list_mails(asked)
    older = asked.model_dump(exclude_defaults=True) | {"after": found.after}
    return page(
        "mails/list.html",
        menu="mails",
        asked=asked,
        mails=found.items,
        older=f"/mails?{urlencode(older)}" if found.after else "",
        templates=labels.mails(),
        may_send=may_send,
    )


@views.get("/<uuid:mail_id>")
@confirmed_by_customers
@needs("customers.view")
def mail(mail_id: UUID) -> Response:
    """The message itself, and what became of it."""
    return _page(services().customers.mail(mail_id))


@views.get("/<uuid:mail_id>/html")
@confirmed_by_customers
@needs("customers.view")
def html(mail_id: UUID) -> Response:
    """What mail programs draw, for the frame on its page."""
    return fenced(services().customers.mail(mail_id).html)


@views.get("/<uuid:mail_id>/attachments/<uuid:attachment_id>")
@confirmed_by_customers
@needs("billing.view")
def attachment(mail_id: UUID, attachment_id: UUID) -> Response:
    """A file that goes with the message, as it was sent: an invoice, so for who sees billing."""
    return as_download(services().customers.mail_file(mail_id, attachment_id))


@views.post("/<uuid:mail_id>/send-again")
@needs("customers.edit", "customers.credentials")
def send_again(mail_id: UUID) -> AnyResponse:
    """Write it once more, and show the new one."""
    try:
        written = services().customers.send_mail_again(mail_id, key=_key_of_form())
    except (Conflict, TooMany) as failure:
        return _page(services().customers.mail(mail_id), said(failure), failure.status)
    flash(_("The message is sent once more."), "success")
    return redirect(f"/mails/{written.id}", 303)


@views.post("/<uuid:mail_id>/try-again")
@needs("customers.edit", "customers.credentials")
def try_again(mail_id: UUID) -> AnyResponse:
    """Have a message tried again that was given up."""
    services().customers.try_mail_again(mail_id)
    flash(_("The message will be tried again."), "success")
    return redirect(f"/mails/{mail_id}", 303)


def _key_of_form() -> str:
    """Return the key with which the form was drawn: a second click sends the same one; none for no key."""
    try:
        return str(UUID(request.form.get("key", "")))
    except ValueError:
        return ""


def may_send(link: str) -> bool:
    """Whether who is signed in may send a message with such a link again; the service decides it anew.

    An invitation is sent again on the page of admins.
    """
    needed = "customers.credentials" if link == "reset" else "customers.edit"
    return link != "invite" and needed in current_user.permissions


def _page(found: Mail, error: str = "", status: int = 200) -> Response:
    shows_frames()
    return page(
        "mails/mail.html",
        menu="mails",
        status=status,
        mail=found,
        text=without_link(found.text),
        error=error,
        may_send=may_send(found.link),
        key=new_id(),
    )
