"""A site owner's own payments, on his site: what he paid, and what he pays by the payment gateway's page."""

from uuid import UUID

from flask import Response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.hosted_pages import BEING_MADE, UNDECIDED, at_once, order_of_page, refreshed
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from gateway.switch_to import hosts
from gateway.words import said
from kernel.contracts.common import After
from kernel.contracts.payments import ToPay
from kernel.errors import Conflict, Failure, Unauthenticated
from kernel.http import query
from kernel.ids import new_id

blueprint = SiteBlueprint("own_payments", __name__, url_prefix="/dashboard/payments")

PATH = "/dashboard/payments"


@blueprint.get("")
@needs("own.view", visit="read")
def show_all() -> str:
    """His payments, newest first, the open ones with a way to pay."""
    found = services().billing.own_payments(query(After))
    return render_template("site/payments.html", site=here(), found=found)


@blueprint.get("/<uuid:payment_id>")
@needs("own.view", visit="read")
def show(payment_id: UUID) -> Response:
    """Say what is to be paid, and offer the button."""
    return _show(payment_id)


@blueprint.post("/<uuid:payment_id>")
@needs("own.edit", visit="never")
def pay(payment_id: UUID) -> AnyResponse:
    """Have a page of the payment gateway's made, and wait for it; twice makes one."""
    order = order_of_page(f"{hosts().origin(here().host)}{PATH}/{payment_id}/back")
    try:
        services().billing.make_own_pay_page(payment_id, order, key=request.form.get("key", ""))
    except Conflict as failure:
        return _show(payment_id, failure)
    return redirect(f"{PATH}/{payment_id}/wait", 303)


@blueprint.get("/<uuid:payment_id>/wait")
@needs("own.view", visit="never")
def wait(payment_id: UUID) -> Response:
    """Lead on as soon as the page is there."""
    found = services().billing.own_to_pay(payment_id)
    if found.page:
        return refreshed("site/led.html", refresh=at_once(found.page), site=here(), url=found.page)
    if found.attempt in BEING_MADE:
        return refreshed("site/led.html", refresh="1", site=here(), url="")
    return _show(payment_id)


@blueprint.get("/<uuid:payment_id>/back")
@needs("own.view", visit="never")
def back(payment_id: UUID) -> Response:
    """He comes back from the gateway's page: it is asked at once what became of it."""
    try:
        services().billing.look_at_own_pay_page(payment_id)
    except Unauthenticated:
        raise
    except Failure:
        pass
    return _show(payment_id, is_back=True)


def _show(payment_id: UUID, failure: Failure | None = None, *, is_back: bool = False) -> Response:
    found = services().billing.own_to_pay(payment_id)
    is_under_way = _is_under_way(found, is_back=is_back)
    back_again = f"{PATH}/{payment_id}/back"
    return refreshed(
        "site/payment.html",
        status=failure.status if failure else 200,
        refresh=f"3; url={back_again}" if is_under_way and is_back else "",
        site=here(),
        payment_id=payment_id,
        payment=found,
        back_again=back_again,
        failure=said(failure) if failure else "",
        is_under_way=is_under_way,
        may_pay=current_user.stay is None,
        key=new_id(),
    )


def _is_under_way(found: ToPay, *, is_back: bool) -> bool:
    """Whether he has to wait for the outcome: a page that waits is asked about once he is back."""
    return found.status == "processing" or (is_back and found.attempt in UNDECIDED | {"waiting"})
