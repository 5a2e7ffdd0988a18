"""The owner of a site asks for the link to confirm his address once more."""

from flask import flash, redirect
from werkzeug.wrappers import Response

from gateway.auth import needs, services
from gateway.calls import tried
from gateway.routing import SiteBlueprint
from gateway.translation import gettext as _
from gateway.words import said
from kernel.contracts.verification import OwnVerification
from kernel.errors import Conflict, TooMany

blueprint = SiteBlueprint("own_verification", __name__)


@blueprint.post("/dashboard/verification")
@needs("own.edit", visit="act")
def resend() -> Response:
    """Have the link sent, or say when it can be sent again."""
    try:
        services().customers.resend_own_verification()
        flash(_("A new link is on its way. It can take some minutes."), "success")
    except TooMany as failure:
        flash(said(failure), "error")
    except Conflict:
        flash(_("Your e-mail address is confirmed."), "success")
    return redirect("/dashboard", 303)


def unconfirmed() -> OwnVerification | None:
    """Return the owner's address while it is not confirmed; the dashboard stands without the answer."""
    own, _failure = tried(services().customers.own_verification)
    return own if own and own.status == "pending" else None
