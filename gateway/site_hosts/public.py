"""The public pages of a site: Markdown, made into HTML that cannot do anything."""

from flask import g, render_template

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
def show(path: str = "") -> str:
    """Show one page, and the menu of all."""
    site = current_host().site
    if site is None:
        raise NotFound(N_("There is no such page."))
    found = gateway_services().sites.public_page(site.id, path)
    g.shows_foreign_images = True
    return render_template(
        "site/public.html",
        page=found.page,
        html=html_of(found.page.markdown),
        menu=found.menu,
        site=found.site,
    )
