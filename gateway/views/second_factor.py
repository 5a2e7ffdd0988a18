"""An admin's own second factor: set up with an app, recovery codes, taken off."""

from flask import Blueprint, Response, flash, redirect, request
from markupsafe import Markup
from segno import make as make_qr
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import SECOND_FACTOR, before_second_factor, needs, services, sign_in
from gateway.hosts import current_host
from gateway.limits import limits
from gateway.translation import gettext as _
from gateway.views.forms import errors_of
from gateway.views.pages import page
from kernel.contracts.second_factors import CodeProof, PasswordProof, RecoveryCodes, SecondFactorSecret
from kernel.errors import Conflict, Failure, Invalid, NotFound, TooMany

views = Blueprint("second_factor", __name__, url_prefix=SECOND_FACTOR)

EVERYBODY = ("customers.view", "own.view")
REFUSALS = (Conflict, Invalid, NotFound, TooMany)


@views.get("")
@before_second_factor
@needs(*EVERYBODY, visit="never")
def show() -> Response:
    """How it stands: off, being set up, or on."""
    return _page()


@views.post("/begin")
@before_second_factor
@needs(*EVERYBODY, visit="never")
def begin() -> AnyResponse:
    """Have a secret made, which the page then shows."""
    try:
        services().customers.begin_second_factor(_password())
    except REFUSALS as failure:
        return _page(failure)
    return redirect(SECOND_FACTOR, 303)


@views.post("/confirm")
@before_second_factor
@needs(*EVERYBODY, visit="never")
def confirm() -> Response:
    """Turn it on with the app's first code, and show the recovery codes."""
    try:
        given = CodeProof(code=request.form.get("code", "")[:100])
        codes = services().customers.confirm_second_factor(given)
    except REFUSALS as failure:
        return _page(failure)
    return _codes_page(codes, is_new=True)


@views.post("/recovery-codes")
@needs(*EVERYBODY, visit="never")
def renew_codes() -> Response:
    """Show new recovery codes; the old ones are void."""
    try:
        codes = services().customers.renew_recovery_codes(_password())
    except REFUSALS as failure:
        return _page(failure, at="codes")
    return _codes_page(codes, is_new=False)


@views.post("/remove")
@needs(*EVERYBODY, visit="never")
def remove() -> AnyResponse:
    """Take it off; this one session goes on."""
    try:
        standing = services().customers.remove_second_factor(_password())
    except REFUSALS as failure:
        return _page(failure, at="remove")
    sign_in(standing)
    flash(_("The second factor is taken off."), "success")
    return redirect(SECOND_FACTOR, 303)


def _password() -> PasswordProof:
    """Return the password that was typed. Raises TooMany."""
    account_id = str(services().customers.standing().account_id)
    limits().spend(limits().sign_in, "password", str(current_host().network.id), account_id)
    return PasswordProof(password=request.form.get("password", "")[:1024])


def _codes_page(codes: RecoveryCodes, *, is_new: bool) -> Response:
    """Show the codes this once, in a new session: the account's others have ended."""
    sign_in(codes.standing)
    return page("account/recovery_codes.html", menu="", codes=codes.codes, is_new=is_new)


def _page(failure: Failure | None = None, *, at: str = "") -> Response:
    found = services().customers.second_factor()
    secret = services().customers.begun_second_factor() if found.is_begun else None
    return page(
        "account/second_factor.html",
        menu="",
        status=failure.status if failure else 200,
        factor=found,
        secret=secret,
        picture=_picture(secret) if secret else None,
        at=at,
        errors=errors_of(failure),
    )


def _picture(secret: SecondFactorSecret) -> Markup:
    """Return the QR code as SVG, dark on light in any theme: not every app reads it the other way."""
    drawn = make_qr(secret.uri, error="m").svg_inline(border=3, light="#fff", svgclass="qr", omitsize=True)
    return Markup(drawn)  # noqa: S704 - squares that we drew
