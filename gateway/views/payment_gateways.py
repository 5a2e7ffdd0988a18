"""The payment gateways of the network: a form drawn from each plugin's own settings, and a test."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.hosts import admin_host, current_host
from gateway.switch_to import hosts
from gateway.translation import gettext as _
from gateway.views.pages import fragment, page, wants_fragment
from gateway.words import said, said_fields
from kernel.contracts.gateways import GatewayEdit, GatewayRead, Value
from kernel.errors import BadRequest, Conflict, Failure, Invalid

views = Blueprint("payment_gateways", __name__, url_prefix="/settings/gateways")

PATH = "/settings/gateways"
SWITCHES = ("is_enabled", "is_default")
PREFIX = "field-"  # of the plugin's fields, whose names must not meet those of the form


@views.get("")
@needs("network.settings")
def show_list() -> Response:
    """Say of each gateway that is installed how it is used."""
    found = services().billing.payment_gateways()
    return page("gateways/list.html", menu="settings", gateways=found.items, under_way=found.under_way)


@views.get("/<name>")
@needs("network.settings")
def show(name: str) -> Response:
    """Show the form; of secrets only when they were set."""
    found = services().billing.payment_gateway(name)
    return _form(found, _values(found), version=found.version)


@views.post("/<name>")
@needs("network.settings")
def save(name: str) -> AnyResponse:
    """Save the settings; what was typed is still there when they cannot be saved, but for the secrets."""
    found = services().billing.payment_gateway(name)
    try:
        services().billing.change_payment_gateway(name, _edit(found))
    except (Invalid, Conflict) as failure:
        return _form_again(name, failure)
    flash(_("The settings are saved."), "success")
    return redirect(f"{PATH}/{name}", 303)


@views.post("/<name>/test")
@needs("network.settings")
def test(name: str) -> AnyResponse:
    """Have the gateway asked; what came of it is shown beside the button."""
    services().billing.test_payment_gateway(name)
    return redirect(f"{PATH}/{name}#test", 303)


@views.get("/<name>/test")
@needs("network.settings")
def test_result(name: str) -> AnyResponse:
    """Show what came of the test, for a page that waits for it."""
    if not wants_fragment():
        return redirect(f"{PATH}/{name}#test", 303)
    return fragment("gateways/result.html", gateway=services().billing.payment_gateway(name))


def _edit(found: GatewayRead) -> GatewayEdit:
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdecimal()):
        raise BadRequest
    typed = {field.name: request.form.get(PREFIX + field.name, "") for field in found.fields}
    kinds = {field.name: field.kind for field in found.fields}
    return GatewayEdit(
        version=int(version[:18]),
        is_enabled="is_enabled" in request.form,
        is_default="is_default" in request.form,
        values={name: _value(kinds[name], given) for name, given in typed.items() if kinds[name] != "secret"},
        secrets={name: given for name, given in typed.items() if kinds[name] == "secret" and given.strip()},
    )


def _value(kind: str, typed: str) -> Value:
    return typed == "true" if kind == "yes_no" else typed[:2000]


def _values(found: GatewayRead) -> dict[str, Any]:
    """Return what the form shows: everything that may be shown, and nothing for secrets."""
    switches = {name: getattr(found, name) for name in SWITCHES}
    return switches | {PREFIX + field.name: found.values.get(field.name, "") for field in found.fields}


def _form_again(name: str, failure: Failure) -> Response:
    """Show the form with what was typed, and beside it what somebody else has saved since."""
    found = services().billing.payment_gateway(name)
    edit = _edit(found)
    typed = {switch: getattr(edit, switch) for switch in SWITCHES}
    typed |= {PREFIX + field.name: edit.values.get(field.name, "") for field in found.fields}
    stored = _values(found)
    meanwhile = {}
    if isinstance(failure, Conflict):
        meanwhile = {key: _in_words(value) for key, value in stored.items() if value != typed[key]}
    fields = said_fields(failure)
    errors = {PREFIX + key if key not in SWITCHES else key: words for key, words in fields.items()}
    # Whoever has been told of the other version and saves again means it.
    return _form(
        found,
        typed,
        version=found.version,
        errors={"form": said(failure)} | errors,
        meanwhile=meanwhile,
        status=failure.status,
    )


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value) or _("Not given")


def _form(
    found: GatewayRead,
    values: Mapping[str, Any],
    *,
    version: int,
    errors: Mapping[str, str] | None = None,
    meanwhile: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return page(
        "gateways/gateway.html",
        menu="settings",
        status=status,
        gateway=found,
        values=values,
        version=version,
        errors=errors or {},
        meanwhile=meanwhile or {},
        prefix=PREFIX,
        webhook=hosts().origin(admin_host(current_host())) + f"/webhooks/payments/{found.name}",
        options={field.name: [(choice, _(choice)) for choice in field.choices] for field in found.fields},
    )
