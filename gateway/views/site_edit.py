"""The form of a site: what it is called, what it is for, and its type."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import labels
from gateway.auth import needs, services
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.site_terms import SiteChange, SiteTerms
from kernel.contracts.sites import Site
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid

views = Blueprint("site_edit", __name__)

CHANGED = "ChangedMeanwhile"
FIELDS = tuple(SiteTerms.model_fields)
SENTENCES = {
    "title": N_("A site needs a title of at most 200 characters, in one line."),
    "description": N_("At most 2,000 characters."),
    "category": N_("At most 200 characters, in one line."),
    "type": N_("Choose one of the types."),
}


@views.get("/sites/<uuid:site_id>/edit")
@needs("sites.edit")
def edit(site_id: UUID) -> Response:
    """The form with what is saved."""
    found = services().sites.site(site_id)
    return _form(found, _saved(found), found.version)


@views.post("/sites/<uuid:site_id>/edit")
@needs("sites.edit")
def save(site_id: UUID) -> AnyResponse:
    """Save; what was typed is still there when it cannot be saved."""
    typed = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    version = request.form.get("version", "")
    if not (version.isascii() and version.isdecimal() and len(version) <= 18):
        raise BadRequest
    try:
        change = SiteChange(seen=[int(version)], terms=read_form(SiteTerms, typed, SENTENCES))
        saved = services().sites.change_site(site_id, change)
    except Invalid as failure:
        return _form(services().sites.site(site_id), typed, int(version), failure)
    except Conflict as failure:
        if failure.code != CHANGED:
            raise
        now = services().sites.site(site_id)
        # Whoever has been told of the other version and saves again means it.
        return _form(now, typed, now.version, failure, meanwhile=_different(typed, _saved(now)))
    is_same = saved.version == int(version)
    flash(_("Nothing was changed.") if is_same else _("The site is saved."), "success")
    return redirect(f"/sites/{site_id}", 303)


def _saved(found: Site) -> dict[str, str]:
    return {name: getattr(found, name) for name in FIELDS}


def _different(typed: Mapping[str, str], saved: Mapping[str, str]) -> dict[str, str]:
    shown = {**saved, "type": labels.site_type(saved["type"])}
    return {name: shown[name] or "–" for name in FIELDS if saved[name] != typed[name]}


def _form(
    found: Site,
    values: Mapping[str, str],
    version: int,
    failure: Failure | None = None,
    meanwhile: Mapping[str, str] | None = None,
) -> Response:
    return page(
        "sites/edit.html",
        menu="sites",
        status=failure.status if failure else 200,
        site=found,
        values=values,
        version=version,
        types=[(kind, labels.site_type(kind)) for kind in _types(found)],
        errors=errors_of(failure),
        meanwhile=meanwhile or {},
    )


def _types(found: Site) -> list[str]:
    """Return what the site can be: the main one stays so, and a customer's own stays his."""
    if found.type == "main":
        return ["main"]
    if found.customer_id is not None:
        return ["customer_owned", "demo"]
    return list(dict.fromkeys([found.type, "regular", "template"]))
