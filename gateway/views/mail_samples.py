"""The templates of mail as they look in the network's colour, and sending one to oneself."""

from flask import Blueprint, Response, flash, redirect
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway import labels
from gateway.auth import confirmed_by_customers, needs, services
from gateway.fenced import fenced, shows_frames, without_link
from gateway.translation import gettext as _
from gateway.views.pages import page
from kernel.contracts.mails import MailSample, SampleOrder
from kernel.errors import N_, NotFound

views = Blueprint("mail_samples", __name__, url_prefix="/settings/mail")


@views.get("")
@confirmed_by_customers
@needs("network.settings")
def samples() -> Response:
    """Every message that can be sent, in both languages."""
    found = services().customers.mail_samples().items
    named = {one.template: labels.mail(one.template) for one in found}
    return page("mails/samples.html", menu="settings", samples=found, templates=named)


@views.get("/<template>/<language>")
@confirmed_by_customers
@needs("network.settings")
def sample(template: str, language: str) -> Response:
    """One message with made-up values."""
    found = _find(template, language)
    shows_frames()
    return page(
        "mails/sample.html",
        menu="settings",
        sample=found,
        text=without_link(found.text),
        email=current_user.standing.email,
    )


@views.get("/<template>/<language>/html")
@confirmed_by_customers
@needs("network.settings")
def html(template: str, language: str) -> Response:
    """What mail programs draw, for the frame on its page."""
    return fenced(_find(template, language).html)


@views.post("/<template>/<language>")
@needs("network.settings")
def send(template: str, language: str) -> AnyResponse:
    """Send it to whoever is signed in."""
    found = _find(template, language)
    order = SampleOrder(template=found.template, language=found.language)
    services().customers.send_mail_sample(order)
    flash(_("A test is on its way to %(email)s.", email=current_user.standing.email), "success")
    return redirect(f"/settings/mail/{template}/{language}", 303)


def _find(template: str, language: str) -> MailSample:
    for one in services().customers.mail_samples().items:
        if (one.template, one.language) == (template, language):
            return one
    raise NotFound(N_("There is no such message."))
