"""What the network's owner decides: one form, saved whole."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Response, flash, redirect, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway import labels
from gateway.auth import needs, services
from gateway.hosts import current_host, forget_host
from gateway.translation import gettext as _
from gateway.views.pages import page
from gateway.words import LANGUAGES, said
from kernel.contracts.sites import NetworkSettings, NetworkSettingsEdit
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid

views = Blueprint("settings", __name__)

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
SENTENCES = {
    "name": N_("A network needs a name of at most 100 characters."),
    "locale": N_("Choose one of the languages."),
    "time_zone": N_("There is no such time zone."),
    "colour": N_("Give a colour as # and six hexadecimal digits."),
    "sender_name": N_("A sender's name has at most 100 characters."),
    "reply_to": N_("This is too long for an e-mail address."),
    "verification": N_("Choose one of the three."),
    "switch_mode": N_("Choose one of the two."),
    "grace_days": N_("Give a number of days from 0 to 365."),
    "block_message": N_("At most 500 characters."),
}

SWITCHED = (
    "requires_second_factor", "switch_needs_consent", "switch_needs_reason", "switch_is_mailed",
    "blocks_unpaid",
)  # fmt: skip
"""What is on or off."""


@views.get("/settings")
@needs("network.settings")
def settings() -> Response:
    """Show what is decided."""
    found = services().sites.settings()
    return _form(found.settings.model_dump(), version=found.version)


@views.post("/settings")
@needs("network.settings")
def save() -> AnyResponse:
    """Save it all; what was typed is still there when it cannot be saved."""
    try:
        services().sites.change_settings(_edit())
    except (Invalid, Conflict) as failure:
        return _form_again(failure)
    forget_host(current_host())
    flash(_("The settings are saved."), "success")
    return redirect("/settings", 303)


def _edit() -> NetworkSettingsEdit:
    """Return what was sent. Raises Invalid with the fields, BadRequest when it is no form of ours."""
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdecimal()):
        raise BadRequest
    try:
        return NetworkSettingsEdit(
            settings=NetworkSettings.model_validate(_typed()), version=int(version[:18])
        )
    except ValidationError as wrong:
        fields = {str(error["loc"][0]): SENTENCES[str(error["loc"][0])] for error in wrong.errors()}
        raise Invalid(N_("The settings are not saved."), fields=fields) from wrong


def _typed() -> dict[str, Any]:
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in SENTENCES}
    typed["colour"] = typed["colour"].lower()
    return typed | {name: name in request.form for name in SWITCHED}


def _form_again(failure: Failure) -> Response:
    """Show the form with what was typed, and beside it what somebody else has saved since."""
    found, typed = services().sites.settings(), _typed()
    meanwhile = {}
    if isinstance(failure, Conflict):
        stored = found.settings.model_dump()
        meanwhile = {
            name: _in_words(name, value) for name, value in stored.items() if str(value) != str(typed[name])
        }
    words = said(failure) if isinstance(failure, Conflict) else _("The settings are not saved.")
    errors = {"form": words, **{name: _(text) for name, text in failure.fields.items()}}
    # Whoever has been told of the other version and saves again means it.
    return _form(typed, version=found.version, errors=errors, meanwhile=meanwhile, status=failure.status)


def _form(
    values: Mapping[str, Any],
    *,
    version: int,
    errors: Mapping[str, str] | None = None,
    meanwhile: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return page(
        "settings/network.html",
        menu="settings",
        status=status,
        values=values,
        version=version,
        errors=errors or {},
        meanwhile=meanwhile or {},
        policies=labels.verification_policies(),
        time_zones=[(zone, zone.replace("_", " ")) for zone in time_zones(values["time_zone"])],
    )


def _in_words(name: str, value: Any) -> str:
    """Return a stored value as the form says it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    named = {
        "locale": LANGUAGES,
        "verification": {policy: words for policy, words, _meaning in labels.verification_policies()},
        "switch_mode": {mode: labels.visit_mode(mode) for mode in labels.VISIT_MODES},
    }
    return str(named.get(name, {}).get(value, value) or _("Not given"))


def time_zones(present: str) -> list[str]:
    """Return the zones to choose from, by name; the ``present`` one is among them whatever it is."""
    known = _time_zones()
    return known if present in known or present not in _every_zone() else [present, *known]


@cache
def _every_zone() -> frozenset[str]:
    """Return every zone there is; to find out reads six hundred files."""
    return frozenset(available_timezones())


@cache
def _time_zones() -> list[str]:
    places = (zone for zone in _every_zone() if zone.startswith(REGIONS) and "/" in zone)
    return ["UTC", *sorted(places)]
