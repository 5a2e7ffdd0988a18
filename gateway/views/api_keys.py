"""API keys: made here, shown once, revoked at once."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import confirmed_by_customers, needs, services
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.api_keys import ApiKeyOrder
from kernel.errors import N_, Failure, Forbidden, Invalid

views = Blueprint("api_keys", __name__, url_prefix="/settings/api-keys")

PERMISSION = "network.settings"
LIFETIMES = {"30": 30, "90": 90, "365": 365, "": None}
SENTENCES = {
    "name": N_("A key needs a name of at most 100 characters."),
    "scopes": N_("Choose at least one scope."),
    "days": N_("Choose how long the key is good."),
}


@views.get("")
@confirmed_by_customers
@needs(PERMISSION)
def show_list() -> Response:
    """Every key, and whether it is good."""
    return page("api_keys/list.html", menu="settings", found=services().customers.api_keys())


@views.get("/new")
@confirmed_by_customers
@needs(PERMISSION)
def new() -> Response:
    """The form of a new key."""
    return _form({"name": "", "scopes": [], "days": "365"})


@views.post("/new")
@needs(PERMISSION)
def make() -> AnyResponse:
    """Make the key and show it, this once: there is no page to come back to."""
    typed = _typed()
    try:
        if typed["days"] not in LIFETIMES:
            raise Invalid(fields={"days": SENTENCES["days"]})
        order = read_form(ApiKeyOrder, typed | {"days": LIFETIMES[typed["days"]]}, SENTENCES)
        made = services().customers.make_api_key(order)
    except (Invalid, Forbidden) as failure:
        return _form(typed, failure)
    return page("api_keys/made.html", menu="settings", order=order, made=made)


@views.post("/<uuid:key_id>/revoke")
@needs(PERMISSION)
def revoke(key_id: UUID) -> AnyResponse:
    """Let a key open nothing any more."""
    services().customers.revoke_api_key(key_id)
    flash(_("The key is revoked; it opens nothing any more."), "success")
    return redirect("/settings/api-keys", 303)


def _typed() -> dict[str, Any]:
    return {
        "name": request.form.get("name", "").strip(),
        "scopes": request.form.getlist("scopes")[:50],
        "days": request.form.get("days", ""),
    }


def _form(typed: dict[str, Any], failure: Failure | None = None) -> Response:
    return page(
        "api_keys/new.html",
        menu="settings",
        status=failure.status if failure else 200,
        scopes=sorted(current_user.permissions),
        values=typed,
        errors=errors_of(failure),
    )
