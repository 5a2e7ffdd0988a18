"""The public pages of a site: Markdown, made into HTML that cannot do anything."""

from flask import g, make_response, redirect, render_template
from werkzeug.wrappers import Response

from gateway.auth import on_a_visit, open_to_all
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.markdown import html_of
from gateway.routing import SiteBlueprint
from kernel.errors import N_, NotFound

blueprint = SiteBlueprint("public", __name__)


@blueprint.get("/")
@blueprint.get("/<path:path>")
@open_to_all
@on_a_visit("read")
def show(path: str = "") -> Response:
    """Show one page, and the menu of all; who asks for a former address is sent on."""
    site = current_host().site
    if site is None:
        raise NotFound(N_("There is no such page."))
    found = gateway_services().sites.public_page(site.id, path)
    if found.moved_to is not None:
        return redirect(f"/{found.moved_to}", 301)
    g.shows_foreign_images = True
    shown = render_template(
        "site/public.html",
        page=found.page,
        html=html_of(found.page.markdown),
        menu=found.menu,
        site=found.site,
    )
    return make_response(shown, 404 if found.is_missing else 200)
