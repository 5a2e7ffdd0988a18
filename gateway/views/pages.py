"""What the pages of the console share: their menu, their panels, and answers for htmx."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request

from gateway.auth import services
from gateway.hosts import current_host
from gateway.panels.render import Box, panels
from gateway.panels.request import PanelRequest


def page(template: str, *, menu: str, status: int = 200, **shown: Any) -> Response:
    """Return a whole page of the console."""
    network = current_host().network
    return make_response(render_template(template, menu=menu, network=network, **shown), status)


def fragment(template: str, *, status: int = 200, **shown: Any) -> Response:
    """Return a piece of a page; the header tells the script that it may be put in its place."""
    answer = make_response(render_template(template, network=current_host().network, **shown), status)
    answer.headers["X-Fragment"] = "1"
    return answer


def wants_fragment() -> bool:
    """Whether htmx asks for a piece; when it restores history it wants the whole page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def asked(kind: str, subject: UUID) -> PanelRequest:
    """Return what panels are asked with on the page of ``subject``."""
    return PanelRequest(kind, subject, services(), request.args.to_dict())


def panel(kind: str, name: str, subject: UUID, *, menu: str) -> Response:
    """Answer one box: alone for htmx, and on a page of its own without."""
    box = panels().one(name, asked(kind, subject))
    if wants_fragment():
        return fragment("panels/box.html", box=box)
    return page("panels/alone.html", menu=menu, box=box, status=_status(box))


def _status(box: Box) -> int:
    return box.failure.status if box.failure else 200
