"""What the owner of a site, or an admin who switched to it, sees first on the site's host."""

from flask import render_template
from werkzeug.wrappers import Response

from gateway import access_words
from gateway.auth import needs, services
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from gateway.site_hosts.verification import unconfirmed
from kernel.contracts.billing import CustomerBilling
from kernel.contracts.site_access import SiteAccess
from kernel.contracts.sites import Site
from kernel.errors import Failure, Unauthenticated

blueprint = SiteBlueprint("dashboard", __name__)

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
        access=_access(site),
        access_words=access_words,
    )


def _billing() -> tuple[CustomerBilling | None, Failure | None]:
    """Return what the owner pays, or why it cannot be shown; the rest of the page stands without it."""
    try:
        return services().billing.own_billing(), None
    except Unauthenticated:
        raise
    except Failure as failure:
        return None, failure


def _access(site: Site) -> SiteAccess | None:
    """Return what visitors see now; None when nobody can say, which fails no page."""
    try:
        return services().sites.own_access(site.id)
    except Unauthenticated:
        raise
    except Failure:
        return None
