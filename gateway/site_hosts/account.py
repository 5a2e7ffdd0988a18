"""A site owner's own account, on his site: his password, where he is signed in, and when he signed in."""

from flask import Response, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from gateway import own_account
from gateway.auth import needs, services
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from gateway.translation import gettext as _
from gateway.views.credentials import asked_for
from gateway.views.pages import fragment, wants_fragment
from kernel.errors import Failure, Invalid, TooMany

blueprint = SiteBlueprint("own_account", __name__, url_prefix="/dashboard/account")

PATH = "/dashboard/account"
HISTORY = f"{PATH}/sign-ins"


@blueprint.get("")
@needs("own.view")
def show() -> Response:
    return _page()


@blueprint.post("/password")
@needs("own.edit")
def change_password() -> AnyResponse:
    """Set another password; what is wrong is said beside the fields."""
    try:
        own_account.change_password()
    except (Invalid, TooMany) as failure:
        return _page(failure)
    flash(_("Your password is changed. All your other sessions have ended."), "success")
    return redirect(PATH, 303)


@blueprint.post("/sessions/end")
@needs("own.edit")
def end_sessions() -> AnyResponse:
    """Sign out somewhere else."""
    own_account.end_sessions()
    flash(_("It is signed out there."), "success")
    return redirect(PATH, 303)


@blueprint.get("/sign-ins")
@needs("own.view")
def sign_ins() -> Response:
    """The owner's history, a page at a time."""
    own_account.refuse_on_a_visit()
    asked = asked_for()
    found = services().customers.own_sign_ins(asked)
    if wants_fragment() and asked.after:
        return fragment("credentials/attempts.html", found=found, asked=asked, here=HISTORY)
    shown = render_template("site/sign_ins.html", site=here(), found=found, asked=asked, here=HISTORY)
    return make_response(shown)


def _page(failure: Failure | None = None) -> Response:
    shown = own_account.account_page(failure)
    status = shown.pop("status")
    return make_response(render_template("site/account.html", site=here(), base=PATH, **shown), status)
