"""An admin's own account: his password, where he is signed in, and when he signed in."""

from flask import Blueprint, Response, flash, redirect
from werkzeug.wrappers import Response as AnyResponse

from gateway import own_account
from gateway.auth import needs, services
from gateway.own_account import EVERYBODY
from gateway.translation import gettext as _
from gateway.views.credentials import asked_for
from gateway.views.pages import fragment, page, wants_fragment
from kernel.errors import Invalid, TooMany

views = Blueprint("account", __name__, url_prefix="/account")


@views.get("")
@needs(*EVERYBODY, visit="never")
def show() -> Response:
    return page("account/account.html", menu="", base="/account", **own_account.account_page())


@views.post("/password")
@needs(*EVERYBODY, visit="never")
def change_password() -> AnyResponse:
    """Set another password; what is wrong is said beside the fields."""
    try:
        own_account.change_password()
    except (Invalid, TooMany) as failure:
        shown = own_account.account_page(failure)
        return page("account/account.html", menu="", base="/account", **shown)
    flash(_("Your password is changed. All your other sessions have ended."), "success")
    return redirect("/account", 303)


@views.post("/sessions/end")
@needs(*EVERYBODY, visit="never")
def end_sessions() -> AnyResponse:
    """Sign out somewhere else."""
    own_account.end_sessions()
    flash(_("It is signed out there."), "success")
    return redirect("/account", 303)


@views.get("/sign-ins")
@needs(*EVERYBODY, visit="never")
def sign_ins() -> Response:
    """One's own history, a page at a time."""
    asked = asked_for()
    found = services().customers.own_sign_ins(asked)
    if wants_fragment() and asked.after:
        return fragment("credentials/attempts.html", found=found, asked=asked, here="/account/sign-ins")
    return page("account/sign_ins.html", menu="", found=found, asked=asked, here="/account/sign-ins")
