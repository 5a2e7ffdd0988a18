"""A site owner's own account, on his site: password, sessions, sign-ins, and who may be in his place."""

from datetime import date, datetime, timedelta

from flask import Response, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import own_account
from gateway.auth import needs, services
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from gateway.translation import gettext as _
from gateway.typed_times import read_time
from gateway.views.credentials import asked_for
from gateway.views.pages import fragment, wants_fragment
from kernel.contracts.assistance import AssistanceEdit
from kernel.contracts.visits import VisitsQuery
from kernel.errors import N_, Failure, Invalid, TooMany

blueprint = SiteBlueprint("own_account", __name__, url_prefix="/dashboard/account")

PATH = "/dashboard/account"
HISTORY = f"{PATH}/sign-ins"
LATEST_VISITS = 5


@blueprint.get("")
@needs("own.view", visit="never")
def show() -> Response:
    return _page()


@blueprint.post("/password")
@needs("own.edit", visit="never")
def change_password() -> AnyResponse:
    """Set another password; what is wrong is said beside the fields."""
    try:
        own_account.change_password()
    except (Invalid, TooMany) as failure:
        return _page(failure)
    flash(_("Your password is changed. All your other sessions have ended."), "success")
    return redirect(PATH, 303)


@blueprint.post("/sessions/end")
@needs("own.edit", visit="never")
def end_sessions() -> AnyResponse:
    """Sign out somewhere else."""
    own_account.end_sessions()
    flash(_("It is signed out there."), "success")
    return redirect(PATH, 303)


@blueprint.get("/sign-ins")
@needs("own.view", visit="never")
def sign_ins() -> Response:
    """The owner's history, a page at a time."""
    asked = asked_for()
    found = services().customers.own_sign_ins(asked)
    if wants_fragment() and asked.after:
        return fragment("credentials/attempts.html", found=found, asked=asked, here=HISTORY)
    shown = render_template("site/sign_ins.html", site=here(), found=found, asked=asked, here=HISTORY)
    return make_response(shown)


@blueprint.post("/assistance")
@needs("own.edit", visit="never")
def allow_assistance() -> AnyResponse:
    """Let admins switch to his sites until the end of a day, or no longer."""
    if "withdraw" in request.form:
        services().customers.allow_assistance(AssistanceEdit(until=None))
        flash(_("Nobody may switch to your sites any more."), "success")
        return redirect(PATH, 303)
    try:
        services().customers.allow_assistance(AssistanceEdit(until=_end_of_typed_day()))
    except Invalid as failure:
        return _page(failure)
    flash(_("Admins may switch to your sites now."), "success")
    return redirect(PATH, 303)


@blueprint.get("/visits")
@needs("own.view", visit="never")
def visits() -> Response:
    """Who was in his place, a page at a time."""
    found = services().sites.own_visits(VisitsQuery(after=request.args.get("after")))
    return make_response(render_template("site/visits_page.html", site=here(), visits=found))


def _end_of_typed_day() -> datetime:
    """Return when the day that was typed is over, where the reader is. Raises Invalid."""
    try:
        day = date.fromisoformat(request.form.get("until", ""))
        end = read_time(f"{day + timedelta(days=1)}T00:00")
    except (ValueError, OverflowError):
        end = None
    if end is None:
        sentence = N_("Choose a day from tomorrow on, at most a year ahead.")
        raise Invalid(sentence, fields={"until": sentence})
    return end


def _page(failure: Failure | None = None) -> Response:
    shown = own_account.account_page(failure)
    status = shown.pop("status")
    return make_response(
        render_template(
            "site/account.html",
            site=here(),
            base=PATH,
            assistance=services().customers.own_assistance(),
            visits=services().sites.own_visits(VisitsQuery(limit=LATEST_VISITS)),
            until=request.form.get("until", ""),
            **shown,
        ),
        status,
    )
