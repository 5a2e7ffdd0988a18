"""The list of sites: tabs, a search, cards or a table, pages, and the file."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.calls import tried
from gateway.downloads import csv_file
from gateway.hosts import current_host
from gateway.payments_found import people_of
from gateway.routing import is_local_path
from gateway.sites_found import found_sites, site_rows
from gateway.translation import gettext as _
from gateway.views.list_address import Tab, address, asked_for
from gateway.views.pages import page
from gateway.views.preferences import prefer, preference
from gateway.words import said
from kernel import clock
from kernel.contracts.sites_list import SitesList, SitesNarrowed, SitesQuery, SitesTab
from kernel.errors import BadRequest

views = Blueprint("sites_list", __name__)

PATH = "/sites"
SIZES = (20, 50, 100)
LAYOUT, LAYOUTS = "sites.layout", ("cards", "table")


@views.get(PATH)
@needs("sites.view")
def sites() -> Response:
    """The list; that sites or the names are away is a state of the page."""
    asked = asked_for(SitesQuery)
    found, failure = tried(lambda: found_sites(services(), asked))
    rows = found.items if found else []
    return page(
        "sites/list.html",
        menu="sites",
        status=failure.status if failure else 200,
        query=asked,
        failure=said(failure) if failure else "",
        here=address(PATH, asked, after=asked.after, before=asked.before),
        sites=rows,
        people=people_of(services(), (row.customer_id for row in rows if row.customer_id)),
        tabs=_tabs(asked, found),
        newer=address(PATH, asked, before=found.before) if found and found.before else None,
        older=address(PATH, asked, after=found.after) if found and found.after else None,
        layout=preference(LAYOUT, LAYOUTS[0]),
        sizes=sorted({*SIZES, asked.limit}),
        narrowed=asked.model_dump(mode="json", include=set(SitesNarrowed.model_fields)),
    )


@views.post(f"{PATH}/layout")
@needs("sites.view")
def choose_layout() -> AnyResponse:
    """Remember cards or a table, and go back to the list."""
    layout, back = request.form.get("layout", ""), request.form.get("back", PATH)
    if layout not in LAYOUTS:
        raise BadRequest
    prefer({LAYOUT: layout})
    return redirect(back if is_local_path(back) else PATH, 303)


@views.post(f"{PATH}/export")
@needs("sites.view")
def export() -> Response:
    """Send the file of what the list shows, as it is read."""
    pieces = site_rows(services(), asked_for(SitesNarrowed, request.form))
    return csv_file(pieces, f"sites-{current_host().network.slug}-{clock.now():%Y-%m-%d}.csv")


def _tabs(asked: SitesQuery, found: SitesList | None) -> list[Tab]:
    names: dict[SitesTab, str] = {
        "all": _("All"),
        "customer_owned": _("Customer-owned"),
        "template": _("Templates"),
        "pending": _("Pending"),
        "disabled": _("Disabled"),
    }
    counts = found.counts if found else {}
    return [
        Tab(name, address(PATH, asked, tab=tab), counts.get(tab), tab == asked.tab)
        for tab, name in names.items()
    ]
