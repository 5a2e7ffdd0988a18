"""A site owner's own ways to pay, on his site: saved on a page of the payment gateway's, chosen, taken away.

Nobody does it in his place: an admin who is switched to the site sees none of it.
"""

from uuid import UUID

from flask import Response, flash, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from gateway import payment_words
from gateway.auth import needs, services
from gateway.hosted_pages import BEING_MADE, UNDECIDED, at_once, order_of_page, refreshed
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from gateway.switch_to import hosts
from gateway.translation import gettext as _
from gateway.words import said
from kernel.contracts.own_payments import OwnMethods
from kernel.contracts.payments import PaymentMethod
from kernel.errors import Conflict, Failure, NotFound, Unauthenticated

blueprint = SiteBlueprint("own_methods", __name__, url_prefix="/dashboard/payment-methods")

PATH = "/dashboard/payment-methods"
BACK = f"{PATH}/back"


@blueprint.get("")
@needs("own.view", visit="never")
def show() -> Response:
    return _show()


@blueprint.post("")
@needs("own.edit", visit="never")
def add() -> AnyResponse:
    """Have a page made to save a card on, and wait for it; twice makes one."""
    try:
        services().billing.make_own_card_page(order_of_page(f"{hosts().origin(here().host)}{BACK}"))
    except Conflict as failure:
        return _show(failure)
    return redirect(f"{PATH}/wait", 303)


@blueprint.get("/wait")
@needs("own.view", visit="never")
def wait() -> Response:
    """Lead on as soon as the page is there."""
    found = services().billing.own_card_page()
    if found.page:
        return refreshed("site/led.html", refresh=at_once(found.page), site=here(), url=found.page)
    if found.status in BEING_MADE:
        return refreshed("site/led.html", refresh="1", site=here(), url="")
    return _show()


@blueprint.get("/back")
@needs("own.view", visit="never")
def back() -> AnyResponse:
    """He comes back from the gateway's page: it is asked at once whether a card was saved."""
    try:
        services().billing.look_at_own_card_page()
        found = services().billing.own_card_page()
    except Unauthenticated:
        raise
    except Failure:
        return _show()
    if found.status == "succeeded":
        return redirect(PATH, 303)
    return _show(is_back=found.status in UNDECIDED | {"waiting"})


@blueprint.post("/<uuid:method_id>/default")
@needs("own.edit", visit="never")
def choose(method_id: UUID) -> AnyResponse:
    """Charge this one from now on."""
    services().billing.choose_own_payment_method(method_id)
    flash(_("This way to pay is charged from now on."), "success")
    return redirect(PATH, 303)


@blueprint.get("/<uuid:method_id>/remove")
@needs("own.edit", visit="never")
def ask_to_remove(method_id: UUID) -> str:
    """Ask once more; with the last one, say what renews no more by itself."""
    found = services().billing.own_payment_methods()
    method = _one(found, method_id)
    return render_template(
        "site/remove_method.html",
        site=here(),
        method=method,
        renewing=found.renewing if len(found.items) == 1 else [],
        words=payment_words,
    )


@blueprint.post("/<uuid:method_id>/remove")
@needs("own.edit", visit="never")
def remove(method_id: UUID) -> AnyResponse:
    """Charge this one no more."""
    services().billing.remove_own_payment_method(method_id)
    flash(_("This way to pay is charged no more."), "success")
    return redirect(PATH, 303)


def _show(failure: Failure | None = None, *, is_back: bool = False) -> Response:
    return refreshed(
        "site/payment_methods.html",
        status=failure.status if failure else 200,
        refresh=f"3; url={BACK}" if is_back else "",
        site=here(),
        found=services().billing.own_payment_methods(),
        failure=said(failure) if failure else "",
        is_back=is_back,
        words=payment_words,
    )


def _one(found: OwnMethods, method_id: UUID) -> PaymentMethod:
    for method in found.items:
        if method.id == method_id:
            return method
    raise NotFound
