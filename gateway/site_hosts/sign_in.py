"""The owner of a site signs in and out on the site's own host."""

from contextlib import suppress

from flask import redirect, render_template
from flask_login import current_user
from werkzeug.wrappers import Response

from gateway.auth import SIGN_IN, on_a_visit, open_to_all, services, sign_out
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.routing import SiteBlueprint
from gateway.sign_in import go_on, prove, wanted
from gateway.switch_to import url_of_admin
from kernel.contracts.sites import SiteRow, VisitEnd
from kernel.errors import Failure, NotFound, Unauthenticated

blueprint = SiteBlueprint("site_sign_in", __name__)

HOME = "/dashboard"
Page = Response | str | tuple[str, int]


@blueprint.get(SIGN_IN)
@open_to_all
@on_a_visit("read")
def show() -> Page:
    if current_user.is_authenticated:
        return redirect(wanted(HOME), 303)
    return _form()


@blueprint.post(SIGN_IN)
@open_to_all
@on_a_visit("never")
def enter() -> Page:
    try:
        answer = prove("site", here().customer_id)
    except Unauthenticated as failure:
        return _form(failure), 401
    return go_on(answer, wanted(HOME))


@blueprint.post("/sign-out")
@open_to_all
@on_a_visit("read")
def leave() -> Page:
    """Sign out here. For an admin on a visit that ends the visit, and nothing on the admin host."""
    if current_user.is_authenticated:
        with suppress(Failure):
            if current_user.stay:
                gateway_services().sites.end_visit(current_user.stay.row.id, VisitEnd(cause="signed out"))
            else:
                services().customers.sign_out()
    sign_out()
    return redirect(SIGN_IN, 303)


def here() -> SiteRow:
    """Return the site that answers on this host."""
    site = current_host().site
    if site is None:
        raise NotFound
    return site


def _form(error: Failure | None = None) -> str:
    return render_template(
        "site/sign_in.html",
        door="site",
        error=error,
        site=here(),
        next=wanted(""),
        forgot=url_of_admin("/forgot-password"),
    )
