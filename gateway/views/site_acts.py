"""What is done with a site: open it, close it, copy it, delete it."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.site_hosts.kept_pages import kept_pages
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from gateway.words import said
from kernel.contracts.site_terms import SiteClosing, SiteCopy, SiteDeletion
from kernel.errors import N_, Conflict, Failure, Invalid

views = Blueprint("site_acts", __name__, url_prefix="/sites/<uuid:site_id>")

FIELDS = {"deactivate": ("reason",), "duplicate": ("name", "title"), "delete": ("name",)}
SENTENCES = {
    "reason": N_("At most 500 characters."),
    "name": N_("At most 63 characters."),
    "title": N_("A site needs a title of at most 200 characters, in one line."),
}


@views.post("/activate")
@needs("sites.edit")
def activate(site_id: UUID) -> AnyResponse:
    """Open the site."""
    services().sites.activate_site(site_id)
    return _back(site_id, _("The site is open."))


@views.get("/deactivate")
@needs("sites.edit")
def ask_deactivate(site_id: UUID) -> Response:
    """Say what closing does, and ask why."""
    return _ask(site_id, "deactivate")


@views.post("/deactivate")
@needs("sites.edit")
def deactivate(site_id: UUID) -> AnyResponse:
    """Close the site."""
    try:
        closing = read_form(SiteClosing, _typed("deactivate"), SENTENCES)
        services().sites.deactivate_site(site_id, closing)
    except (Invalid, Conflict) as failure:
        return _ask(site_id, "deactivate", failure)
    return _back(site_id, _("The site is closed."))


@views.get("/duplicate")
@needs("sites.edit")
def ask_duplicate(site_id: UUID) -> Response:
    """Ask what the copy is to be called."""
    return _ask(site_id, "duplicate")


@views.post("/duplicate")
@needs("sites.edit")
def duplicate(site_id: UUID) -> AnyResponse:
    """Make the copy, and go there."""
    try:
        copy = read_form(SiteCopy, _typed("duplicate"), SENTENCES)
        made = services().sites.duplicate_site(site_id, copy)
    except (Invalid, Conflict) as failure:
        return _ask(site_id, "duplicate", failure)
    return _back(made.id, _("The copy is made."))


@views.get("/delete")
@needs("sites.delete")
def ask_delete(site_id: UUID) -> Response:
    """Say what goes, and ask for the site's name."""
    return _ask(site_id, "delete")


@views.post("/delete")
@needs("sites.delete")
def delete(site_id: UUID) -> AnyResponse:
    """Delete the site for good."""
    found = services().sites.site(site_id)
    try:
        deletion = read_form(SiteDeletion, _typed("delete"), SENTENCES)
        services().sites.delete_site(site_id, deletion)
    except (Invalid, Conflict) as failure:
        return _ask(site_id, "delete", failure)
    kept_pages().forget(site_id)
    flash(_("The site %(host)s is deleted.", host=found.host), "success")
    return redirect(f"/customers/{found.customer_id}" if found.customer_id else "/sites", 303)


def _typed(act: str) -> dict[str, str]:
    return {field: request.form.get(field, "").strip() for field in FIELDS[act]}


def _ask(site_id: UUID, act: str, failure: Failure | None = None) -> Response:
    found = services().sites.site(site_id)
    suggested = {"name": f"{found.name}-2"[-63:], "title": _("Copy of %(name)s", name=found.title)[:200]}
    is_new = request.method == "GET"
    return page(
        f"sites/{act}.html",
        menu="sites",
        status=failure.status if failure else 200,
        site=found,
        values=(suggested if act == "duplicate" else {}) if is_new else _typed(act),
        errors=errors_of(failure),
        refusal=said(failure) if isinstance(failure, Conflict) else "",
    )


def _back(site_id: UUID, sentence: str) -> AnyResponse:
    kept_pages().forget(site_id)
    flash(sentence, "success")
    return redirect(f"/sites/{site_id}", 303)
