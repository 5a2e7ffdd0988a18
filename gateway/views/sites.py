"""The page of a site: its facts, whose it is, its own events, and what is done with it."""

from uuid import UUID

from flask import Blueprint, Response
from flask_login import current_user

from gateway import access_words
from gateway.auth import needs, services
from gateway.calls import tried
from gateway.panels.render import panels
from gateway.payments_found import people_of
from gateway.switch_to import hosts
from gateway.views.pages import asked, page, panel
from kernel.contracts.people import Person
from kernel.contracts.sites import Site

views = Blueprint("sites", __name__)


@views.get("/sites/<uuid:site_id>")
@needs("sites.view")
def site(site_id: UUID) -> Response:
    """Only the site itself may fail the page."""
    boxes = panels().begin(asked("site", site_id))
    found = services().sites.site(site_id)
    may = current_user.permissions
    return page(
        "sites/site.html",
        menu="sites",
        site=found,
        boxes=boxes.ready(),
        owner=_owner_of(found),
        access=tried(lambda: services().sites.access(site_id))[0],
        access_words=access_words,
        address=hosts().origin(found.host),
        may_edit="sites.edit" in may,
        may_delete="sites.delete" in may and found.type != "main",
        may_switch="customers.switch" in may and found.customer_id and found.state == "active",
    )


def _owner_of(found: Site) -> Person | None:
    """Return who owns it; None: the network itself, or nobody can say now what he is called."""
    if found.customer_id is None:
        return None
    return people_of(services(), [found.customer_id]).get(found.customer_id)


@views.get("/sites/<uuid:site_id>/panels/<name>")
@needs("sites.view")
def site_panel(site_id: UUID, name: str) -> Response:
    """One box of the page again."""
    return panel("site", name, site_id, menu="sites")
