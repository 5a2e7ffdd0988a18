"""What the owner of a site, or an admin who switched to it, sees first on the site's host."""

from flask import render_template
from werkzeug.wrappers import Response

from gateway import access_words
from gateway.auth import needs, services
from gateway.calls import tried
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from gateway.site_hosts.verification import unconfirmed

blueprint = SiteBlueprint("dashboard", __name__)

Page = Response | str | tuple[str, int]


@blueprint.get("/dashboard")
@needs("own.view", visit="read")
def show() -> Page:
    """The site's facts and pages, and its owner's membership and payments."""
    site = services().sites.own_site(here().id)
    billing, failure = tried(services().billing.own_billing)
    return render_template(
        "site/dashboard.html",
        site=site,
        pages=site.pages,
        billing=billing,
        failure=failure,
        unconfirmed=unconfirmed(),
        access=tried(lambda: services().sites.own_access(site.id))[0],
        access_words=access_words,
    )
