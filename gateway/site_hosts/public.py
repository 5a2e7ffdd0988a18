"""The public pages of a site: Markdown, made into HTML that cannot do anything."""

from flask import g, make_response, redirect, render_template, request, session
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.wrappers import Response

from gateway.auth import on_a_visit, open_to_all
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.looks import chosen_theme
from gateway.markdown import html_of
from gateway.routing import SiteBlueprint
from gateway.site_hosts.kept_pages import Key, Sent, kept_pages
from gateway.words import said
from kernel.contracts.sites import SiteRow
from kernel.errors import N_, Forbidden, NotFound

blueprint = SiteBlueprint("public", __name__)

ASK_AGAIN = "public, no-cache"
"""Whoever keeps the page asks whether it is still the same, and is told so without its text."""


@blueprint.get("/")
@blueprint.get("/<path:path>")
@open_to_all
@on_a_visit("read")
def show(path: str = "") -> Response:
    """Show one page, and the menu of all; who asks for a former address is sent on."""
    site = current_host().site
    if site is None:
        raise NotFound(N_("There is no such page."))
    g.shows_foreign_images = True
    if _is_personal():
        return _answer(_drawn(site, path))
    key = Key(site.id, path.strip("/"), str(get_locale()), chosen_theme())
    sent, tag = kept_pages().get(key, lambda: _drawn(site, path))
    answer = _answer(sent)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    if sent.status == 200:
        answer.set_etag(tag)
        answer.headers["Cache-Control"] = ASK_AGAIN
        answer.make_conditional(request)
    return answer


def _is_personal() -> bool:
    """Whether something of this visitor's own stands on the page: the banner of a visit, or a message."""
    return bool(session) or bool(current_user.is_authenticated)


def _drawn(site: SiteRow, path: str) -> Sent:
    try:
        found = gateway_services().sites.public_page(site.id, path)
    except Forbidden as blocked:
        return Sent(403, render_template("site/blocked.html", site=site, message=said(blocked)).encode())
    if found.moved_to is not None:
        return Sent(301, moved_to=found.moved_to)
    shown = render_template(
        "site/public.html",
        page=found.page,
        html=html_of(found.page.markdown),
        menu=found.menu,
        site=found.site,
    )
    return Sent(404 if found.is_missing else 200, shown.encode())


def _answer(sent: Sent) -> Response:
    if sent.moved_to is not None:
        return redirect(f"/{sent.moved_to}", 301)
    answer = make_response(sent.body, sent.status)
    answer.content_type = "text/html; charset=utf-8"
    return answer
