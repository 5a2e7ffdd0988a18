"""The switch log: who was on whose site, why and until when, and what was done; and the end of it all."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.downloads import csv_file
from gateway.hosts import current_host
from gateway.translation import ngettext
from gateway.views.pages import page
from kernel import clock
from kernel.contracts.customers import VisitChangesQuery
from kernel.contracts.visits import VisitsQuery
from kernel.errors import N_

views = Blueprint("switch_log", __name__)

PATH = "/switches"
STATES = {"": N_("All"), "open": N_("Going on"), "over": N_("Over")}


@views.get(PATH)
@needs("audit.view")
def switches() -> Response:
    """A page of the log; what cannot be read of the address narrows nothing."""
    asked = asked_for()
    return page(
        "switch/log.html",
        menu="switches",
        found=services().sites.switch_log(asked),
        asked=asked,
        tabs=STATES,
        tab=request.args.get("state", ""),
        address=address,
        may_end="customers.credentials" in current_user.permissions,
    )


@views.get(f"{PATH}/<uuid:visit_id>")
@needs("audit.view")
def switch(visit_id: UUID) -> Response:
    """One visit, and all that was done on it."""
    visit = services().sites.logged_visit(visit_id)
    done = VisitChangesQuery(
        customer_id=visit.customer_id,
        account_id=visit.account_id,
        admin_id=visit.admin_id,
        since=visit.started_at,
        until=visit.ended_at or clock.now(),
    )
    entries = services().customers.done_on_visit(done).items
    return page("switch/visit.html", menu="switches", logged=visit, entries=entries)


@views.get(f"{PATH}.csv")
@needs("audit.view")
def export() -> Response:
    """The visits that the address asks for, all of them, as a file."""
    pieces = services().sites.export_switch_log(asked_for().model_copy(update={"after": None}))
    return csv_file(pieces, f"switches-{current_host().network.slug}-{clock.now():%Y-%m-%d}.csv")


@views.post(f"{PATH}/end-all")
@needs("customers.credentials")
def end_all() -> AnyResponse:
    """End every visit that goes on; each admin is told so by his next request."""
    ended = services().sites.end_every_visit().visits
    flash(ngettext("%(num)d visit has ended.", "%(num)d visits have ended.", ended), "success")
    return redirect(PATH, 303)


def asked_for() -> VisitsQuery:
    """Return what the address asks for."""
    given = request.args
    return VisitsQuery(
        admin=given.get("admin", type=UUID),
        customer=given.get("customer", type=UUID),
        site=given.get("site", type=UUID),
        mode=next((mode for mode in ("look", "act") if mode == given.get("mode")), None),
        is_open={"open": True, "over": False}.get(given.get("state", "")),
        since=given.get("since", type=date.fromisoformat),
        until=given.get("until", type=date.fromisoformat),
        after=given.get("after"),
    )


def address(asked: VisitsQuery, path: str = PATH, **other: object) -> str:
    """Return where the same is asked for with something else in it; from the first page on."""
    wanted = asked.model_dump(exclude={"limit", "after", "is_open"})
    state = {True: "open", False: "over"}.get(asked.is_open, "") if asked.is_open is not None else ""
    query = urlencode({name: value for name, value in (wanted | {"state": state} | other).items() if value})
    return f"{path}?{query}" if query else path
