"""What the owner of a site, or an admin who switched to it, sees and edits on the site's host."""

from uuid import UUID

from flask import flash, redirect, render_template, request
from flask_babel import gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from gateway.auth import needs, services
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from gateway.site_hosts.verification import unconfirmed
from gateway.words import said, said_fields
from kernel.contracts.billing import CustomerBilling
from kernel.contracts.sites import PageEdit, Site, SitePage
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid, Unauthenticated

blueprint = SiteBlueprint("dashboard", __name__)

SENTENCES = {
    "title": N_("A page needs a title of at most 200 characters."),
    "markdown": N_("A page can hold at most 100,000 characters."),
}

Page = Response | str | tuple[str, int]


@blueprint.get("/dashboard")
@needs("own.view", visit="read")
def show() -> Page:
    """The site's facts and pages, and its owner's membership and payments."""
    site = services().sites.own_site(here().id)
    billing, failure = _billing()
    return render_template(
        "site/dashboard.html",
        site=site,
        pages=site.pages,
        billing=billing,
        failure=failure,
        unconfirmed=unconfirmed(),
    )


@blueprint.get("/dashboard/pages/<uuid:page_id>")
@needs("own.edit", visit="act")
def edit(page_id: UUID) -> Page:
    """The form of one page."""
    site = services().sites.own_site(here().id)
    page = services().sites.own_page(site.id, page_id)
    return _form(site, page, {"title": page.title, "markdown": page.markdown, "version": page.version})


@blueprint.post("/dashboard/pages/<uuid:page_id>")
@needs("own.edit", visit="act")
def save(page_id: UUID) -> Page:
    """Save the page; what was typed is still there when it cannot be saved."""
    try:
        services().sites.edit_page(here().id, page_id, _edited())
    except (Invalid, Conflict) as failure:
        return _form_again(page_id, failure)
    flash(gettext("The page is saved."), "success")
    return redirect("/dashboard", 303)


def _billing() -> tuple[CustomerBilling | None, Failure | None]:
    """Return what the owner pays, or why it cannot be shown; the rest of the page stands without it."""
    try:
        return services().billing.own_billing(), None
    except Unauthenticated:
        raise
    except Failure as failure:
        return None, failure


def _edited() -> PageEdit:
    """Return what was sent. Raises Invalid with the fields, BadRequest when it is no form of ours."""
    typed = {**_typed(), "version": request.form.get("version", "")}
    try:
        return PageEdit.model_validate(typed)
    except ValidationError as wrong:
        fields = {str(error["loc"][0]): SENTENCES.get(str(error["loc"][0])) for error in wrong.errors()}
        sentences = {field: sentence for field, sentence in fields.items() if sentence}
        if len(sentences) < len(fields):
            raise BadRequest from wrong
        raise Invalid(N_("The page is not saved."), fields=sentences) from wrong


def _typed() -> dict[str, object]:
    """Return title and text as typed; browsers send line breaks as CR LF."""
    markdown = request.form.get("markdown", "").replace("\r\n", "\n")
    return {"title": request.form.get("title", "").strip(), "markdown": markdown}


def _form_again(page_id: UUID, failure: Failure) -> Page:
    site = services().sites.own_site(here().id)
    page = services().sites.own_page(site.id, page_id)
    # Whoever has been told of the other version and saves again means it.
    return _form(site, page, {**_typed(), "version": page.version}, failure), failure.status


def _form(site: Site, page: SitePage, values: dict[str, object], failure: Failure | None = None) -> str:
    errors = {"form": said(failure)} | said_fields(failure) if failure else {}
    return render_template("site/edit_page.html", site=site, page=page, values=values, errors=errors)
