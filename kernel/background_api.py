"""The HTTP side of ``kernel.background``; every service brings its own tables of due work."""

from uuid import UUID

from flask import Blueprint, Response

from kernel import background
from kernel.contracts.background import DeadRetry, ParkedResolution
from kernel.web import answer, body, needs, nothing, unit_of_work


def background_api(works: background.Works) -> Blueprint:
    """Return the routes for a service with these kinds of due work."""
    api = Blueprint("background", __name__, url_prefix="/v1/background")

    @api.get("")
    @needs("audit.view")
    def show() -> Response:
        with unit_of_work() as uow:
            return answer(background.waiting_for_somebody(uow, works))

    @api.post("/parked/<uuid:event_id>")
    @needs("network.settings")
    def resolve_parked(event_id: UUID) -> Response:
        wanted = body(ParkedResolution)
        with unit_of_work() as uow:
            background.resolve_parked(uow, event_id, listener=wanted.listener, how=wanted.how)
        return nothing()

    @api.post("/dead/<uuid:work_id>")
    @needs("network.settings")
    def retry_dead(work_id: UUID) -> Response:
        wanted = body(DeadRetry)
        with unit_of_work() as uow:
            background.retry_dead(uow, works, work_id, kind=wanted.kind)
        return nothing()

    return api
