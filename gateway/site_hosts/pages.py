"""The owner's pages: added, written with a preview, moved, put in order, deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Response as AnyResponse
from flask import flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.auth import needs, services
from gateway.markdown import html_of
from gateway.routing import SiteBlueprint
from gateway.site_hosts.kept_pages import kept_pages
from gateway.site_hosts.sign_in import here
from gateway.views.forms import errors_of, read_form
from gateway.words import said
from kernel.contracts.pages import MenuOrder, PageDeletion, PageDraft, PageEdit
from kernel.contracts.sites import SitePage
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid, NotFound

blueprint = SiteBlueprint("pages", __name__, url_prefix="/dashboard/pages")

HOME = "/dashboard#pages"
CHANGED = "PageChanged"
SENTENCES = {
    "title": N_("A page needs a title of at most 200 characters."),
    "markdown": N_("A page can hold at most 100,000 characters."),
    "path": N_("An address has at most 200 characters."),
}
Page = Response | AnyResponse | str | tuple[str, int]


@dataclass(frozen=True)
class Typed:
    """The form of a page as it came."""

    title: str = ""
    path: str = ""
    markdown: str = ""
    in_menu: bool = True
    version: int = 0

    @classmethod
    def of(cls, page: SitePage) -> "Typed":
        return cls(page.title, page.path, page.markdown, page.in_menu, page.version)

    @classmethod
    def sent(cls) -> "Typed":
        """Return what was typed; browsers send line breaks as CR LF. Raises BadRequest."""
        return cls(
            title=request.form.get("title", "").strip(),
            path=request.form.get("path", "").strip(),
            markdown=request.form.get("markdown", "").replace("\r\n", "\n"),
            in_menu="in_menu" in request.form,
            version=_version(),
        )


@blueprint.get("/new")
@needs("own.edit", visit="act")
def new() -> Page:
    """The form of a page that is none yet."""
    return _form(None, Typed())


@blueprint.post("/new")
@needs("own.edit", visit="act")
def add() -> Page:
    """Show it as it would be, or add it; what was typed is still there when it cannot be added."""
    typed = Typed.sent()
    if request.form.get("do") == "preview":
        return _form(None, typed, is_preview=True)
    values = {"title": typed.title, "path": typed.path, "markdown": typed.markdown, "in_menu": typed.in_menu}
    try:
        services().sites.add_page(here().id, read_form(PageDraft, values, SENTENCES))
    except (Invalid, Conflict) as failure:
        return _form(None, typed, failure), failure.status
    return _done(gettext("The page is added."))


@blueprint.get("/<uuid:page_id>")
@needs("own.edit", visit="act")
def edit(page_id: UUID) -> Page:
    """The form of one page."""
    page = services().sites.own_page(here().id, page_id)
    return _form(page, Typed.of(page))


@blueprint.post("/<uuid:page_id>")
@needs("own.edit", visit="act")
def save(page_id: UUID) -> Page:
    """Show it as it would be, or save it; what was typed is still there when it cannot be saved."""
    typed = Typed.sent()
    if request.form.get("do") == "preview":
        return _form(services().sites.own_page(here().id, page_id), typed, is_preview=True)
    values = {"title": typed.title, "markdown": typed.markdown, "version": typed.version}
    if "path" in request.form:
        values |= {"path": typed.path, "in_menu": typed.in_menu}
    try:
        services().sites.edit_page(here().id, page_id, read_form(PageEdit, values, SENTENCES))
    except (Invalid, Conflict) as failure:
        return _form_again(page_id, typed, failure)
    return _done(gettext("The page is saved."))


@blueprint.get("/<uuid:page_id>/delete")
@needs("own.edit", visit="act")
def ask_delete(page_id: UUID) -> Page:
    """Ask once more."""
    return _ask(page_id)


@blueprint.post("/<uuid:page_id>/delete")
@needs("own.edit", visit="act")
def delete(page_id: UUID) -> Page:
    """Delete the page of the version that was shown."""
    try:
        services().sites.delete_page(here().id, page_id, PageDeletion(version=_version()))
    except Conflict as failure:
        return _ask(page_id, failure), failure.status
    return _done(gettext("The page is deleted."))


@blueprint.post("/<uuid:page_id>/<any(up, down):way>")
@needs("own.edit", visit="act")
def move(page_id: UUID, way: str) -> Page:
    """Change places with the neighbour in the menu."""
    site = services().sites.own_site(here().id)
    order = [page.id for page in site.pages]
    if page_id not in order:
        raise NotFound(N_("There is no such page."))
    place = order.index(page_id)
    other = min(max(place + (-1 if way == "up" else 1), 0), len(order) - 1)
    order[place], order[other] = order[other], order[place]
    try:
        services().sites.order_pages(site.id, MenuOrder(pages=order))
    except Conflict as failure:
        flash(said(failure), "danger")
    kept_pages().forget(site.id)
    return redirect(HOME, 303)


def _done(sentence: str) -> Page:
    """Say so, and let visitors see it at once."""
    kept_pages().forget(here().id)
    flash(sentence, "success")
    return redirect(HOME, 303)


def _version() -> int:
    given = request.form.get("version", "0")
    if not (given.isascii() and given.isdecimal() and len(given) <= 18):
        raise BadRequest
    return int(given)


def _form_again(page_id: UUID, typed: Typed, failure: Failure) -> Page:
    page = services().sites.own_page(here().id, page_id)
    # Whoever has been told of the other version and saves again means it.
    seen = page.version if failure.code == CHANGED else typed.version
    now = Typed(typed.title, typed.path, typed.markdown, typed.in_menu, seen)
    return _form(page, now, failure), failure.status


def _form(
    page: SitePage | None, values: Typed, failure: Failure | None = None, *, is_preview: bool = False
) -> str:
    errors: Mapping[str, str] = errors_of(failure)
    return render_template(
        "site/edit_page.html",
        site=here(),
        page=page,
        values=values,
        errors=errors,
        preview=html_of(values.markdown) if is_preview else None,
    )


def _ask(page_id: UUID, failure: Failure | None = None) -> str:
    page = services().sites.own_page(here().id, page_id)
    refusal = said(failure) if failure else ""
    return render_template("site/delete_page.html", site=here(), page=page, refusal=refusal)
