"""The page of a site: its facts, whose it is, and its own events."""

from uuid import UUID

from flask import Blueprint, Response

from gateway.auth import needs, services
from gateway.panels.render import panels
from gateway.views.pages import asked, page, panel

views = Blueprint("sites", __name__)


@views.get("/sites/<uuid:site_id>")
@needs("sites.view")
def site(site_id: UUID) -> Response:
    """Only the site itself may fail the page."""
    boxes = panels().begin(asked("site", site_id))
    found = services().sites.site(site_id)
    return page("sites/site.html", menu="customers", site=found, boxes=boxes.ready())


@views.get("/sites/<uuid:site_id>/panels/<name>")
@needs("sites.view")
def site_panel(site_id: UUID, name: str) -> Response:
    """One box of the page again."""
    return panel("site", name, site_id, menu="customers")
