"""Settings > Billing: who sends the invoices, how they are numbered, and after how many days what happens."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.formats import formats
from gateway.translation import gettext as _
from gateway.views.countries import country_options
from gateway.views.pages import page
from gateway.words import said, said_fields
from kernel.contracts.billing_settings import (
    LARGEST_LOGO,
    BillingRules,
    BillingSettingsEdit,
    BillingSettingsRead,
    Company,
    LogoEdit,
)
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid

views = Blueprint("billing_settings", __name__, url_prefix="/settings/billing")

COMPANY = tuple(Company.model_fields)
DAYS = ("renews_before", "grace", "pay_within", "abandoned_after")
TEXTS = ("invoice_prefix", "credit_note_prefix", "invoice_footer")
SENTENCES = {
    **dict.fromkeys(DAYS, N_("Give a number of days from 0 to 365.")),
    "dunning": N_("Give one to ten days, each later than the one before, with commas between them."),
    "invoice_prefix": N_("At most 20 letters, digits, hyphens and strokes."),
    "credit_note_prefix": N_("At most 20 letters, digits, hyphens and strokes."),
}
TOO_LONG = N_("This is too long.")


@views.get("")
@needs("network.settings")
def settings() -> Response:
    """Show what is decided, and what holds where nothing is."""
    found = services().billing.billing_settings()
    return _form(found, typed_of(found.rules))


@views.post("")
@needs("network.settings")
def save() -> AnyResponse:
    """Save it all; what was typed is still there when it cannot be saved."""
    try:
        services().billing.change_billing_settings(_edit())
    except (Invalid, Conflict) as failure:
        return _form_again(failure)
    flash(_("The settings are saved."), "success")
    return redirect("/settings/billing", 303)


@views.post("/logo")
@needs("network.settings")
def save_logo() -> AnyResponse:
    """Put a picture on the invoices from now on."""
    file = request.files.get("logo")
    content = file.stream.read(LARGEST_LOGO + 1) if file else b""
    return _change_logo(content, _("New invoices carry the logo."))


@views.post("/logo/remove")
@needs("network.settings")
def remove_logo() -> AnyResponse:
    """Take the picture away; invoices that were issued with it keep it."""
    return _change_logo(None, _("New invoices carry no logo."))


@views.get("/logo/<logo>.png")
@needs("network.settings")
def logo(logo: str) -> Response:
    """The picture itself, for the page; another one has another name."""
    answer = Response(services().billing.picture(logo).content, content_type="image/png")
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _change_logo(content: bytes | None, done: str) -> AnyResponse:
    try:
        packed = b64encode(content) if content is not None else None
        services().billing.change_logo(LogoEdit(content=packed, version=_version()))
    except (Invalid, Conflict) as failure:
        found = services().billing.billing_settings()
        errors = {"logo": said(failure)}
        return _form(found, typed_of(found.rules), errors=errors, status=failure.status)
    flash(done, "success")
    return redirect("/settings/billing", 303)


def typed_of(rules: BillingRules) -> dict[str, str]:
    """Return the rules as the form's fields hold them, ``company.name`` and ``0, 3, 5``."""
    company = {f"company.{name}": getattr(rules.company, name) for name in COMPANY}
    rest = {name: str(getattr(rules, name)) for name in (*DAYS, *TEXTS)}
    return company | rest | {"dunning": ", ".join(str(day) for day in rules.dunning)}


def _typed() -> dict[str, str]:
    names = (*(f"company.{name}" for name in COMPANY), *DAYS, *TEXTS, "dunning")
    # Browsers send line breaks as CR LF.
    return {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names}


def _edit() -> BillingSettingsEdit:
    """Return what was sent. Raises Invalid with the fields."""
    typed = _typed()
    given: dict[str, Any] = {name: typed[name] for name in (*DAYS, *TEXTS)}
    given["company"] = {name: typed[f"company.{name}"] for name in COMPANY}
    given["dunning"] = [day.strip() for day in typed["dunning"].split(",") if day.strip()]
    try:
        return BillingSettingsEdit(rules=BillingRules.model_validate(given), version=_version())
    except ValidationError as wrong:
        # A day in the list has a place; the field it stands in is named.
        named = [[part for part in error["loc"] if isinstance(part, str)] for error in wrong.errors()]
        fields = {".".join(parts): SENTENCES.get(".".join(parts), TOO_LONG) for parts in named}
        raise Invalid(N_("The settings are not saved."), fields=fields) from wrong


def _version() -> int:
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdecimal()):
        raise BadRequest
    return int(version[:18])


def _form_again(failure: Failure) -> Response:
    """Show the form with what was typed, and beside it what somebody else has saved since."""
    found, typed = services().billing.billing_settings(), _typed()
    meanwhile = {}
    if isinstance(failure, Conflict):
        stored = typed_of(found.rules)
        meanwhile = {name: value or _("Not given") for name, value in stored.items() if value != typed[name]}
    words = said(failure) if isinstance(failure, Conflict) else _("The settings are not saved.")
    errors = {"form": words} | said_fields(failure)
    # Whoever has been told of the other version and saves again means it.
    return _form(found, typed, errors=errors, meanwhile=meanwhile, status=failure.status)


def _form(
    found: BillingSettingsRead,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    meanwhile: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    return page(
        "settings/billing.html",
        menu="settings",
        status=status,
        values=values,
        defaults=typed_of(found.defaults),
        version=found.version,
        logo=found.logo,
        errors=errors or {},
        meanwhile=meanwhile or {},
        countries=country_options(values["company.country"]),
        largest=formats().number(LARGEST_LOGO // 1024),
    )
