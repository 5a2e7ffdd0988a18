"""What of the background waits for a person: shown per service, tried again, or skipped."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.calls import tried
from gateway.translation import gettext as _
from gateway.views.pages import page
from kernel.clients.base import ServiceClient
from kernel.contracts.background import Background, DeadRetry, ParkedResolution
from kernel.errors import BadRequest, Failure

views = Blueprint("background", __name__)

PATH = "/background"
SERVICES = ("customers", "billing", "sites")


@dataclass(frozen=True)
class Waiting:
    """What waits in one service, or why it cannot be said."""

    service: str
    found: Background | None
    failure: Failure | None


@views.get(PATH)
@needs("audit.view")
def background() -> Response:
    """Ask each service; one that is away says so in its place."""
    waiting = [_waiting(service) for service in SERVICES]
    return page(
        "background/background.html",
        menu="background",
        parked=[(one.service, event) for one in waiting if one.found for event in one.found.parked],
        dead=[(one.service, work) for one in waiting if one.found for work in one.found.dead],
        failures=[one.failure for one in waiting if one.failure],
        may_resolve="network.settings" in current_user.permissions,
    )


@views.post(f"{PATH}/parked/<uuid:event_id>")
@needs("network.settings")
def resolve_parked(event_id: UUID) -> AnyResponse:
    """Have an event tried again, or skip it for good."""
    try:
        wanted = ParkedResolution.model_validate(
            {"listener": request.form.get("listener"), "how": request.form.get("how")}
        )
    except ValidationError:
        raise BadRequest() from None
    _service_of_form().resolve_parked(event_id, wanted)
    skipped = wanted.how == "skipped"
    return _back(_("The event is skipped.") if skipped else _("The event will be handled once more."))


@views.post(f"{PATH}/dead/<uuid:work_id>")
@needs("network.settings")
def retry_dead(work_id: UUID) -> AnyResponse:
    """Have work tried again that was given up."""
    _service_of_form().retry_dead(work_id, DeadRetry(kind=request.form.get("kind", "")))
    return _back(_("The work will be tried again."))


def _waiting(service: str) -> Waiting:
    return Waiting(service, *tried(_client(service).background))


def _service_of_form() -> ServiceClient:
    service = request.form.get("service", "")
    if service not in SERVICES:
        raise BadRequest()
    return _client(service)


def _client(service: str) -> ServiceClient:
    client: ServiceClient = getattr(services(), service)
    return client


def _back(words: str) -> AnyResponse:
    flash(words, "success")
    return redirect(PATH, 303)
