"""The public pages of a site: Markdown, made into HTML that cannot do anything."""

from functools import lru_cache

import nh3
from flask import g, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

from gateway.auth import open_to_all
from gateway.calls import gateway_services
from gateway.hosts import current_host
from gateway.routing import SiteBlueprint
from kernel.errors import N_, NotFound

blueprint = SiteBlueprint("public", __name__)

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
TAGS = nh3.ALLOWED_TAGS - {"style", "center", "font", "map", "area"}


@blueprint.get("/")
@blueprint.get("/<path:path>")
@open_to_all
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


@lru_cache(maxsize=256)
def html_of(markdown: str) -> Markup:
    """Return the text as HTML without scripts, styles, or addresses other than http(s) and mailto."""
    clean = nh3.clean(MARKDOWN.render(markdown), tags=TAGS, url_schemes={"http", "https", "mailto"})
    return Markup(clean)  # noqa: S704 - this is what nh3 is for
