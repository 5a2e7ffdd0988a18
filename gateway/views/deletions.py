"""Delete a customer: what would go, the order, and where a deletion stands."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.translation import gettext as _
from gateway.views.deletion_form import Outlook, Typed
from gateway.views.pages import fragment, page, wants_fragment
from gateway.words import said, said_as, said_fields
from kernel import clock
from kernel.contracts.deletions import Deletion
from kernel.errors import Conflict, Failure, Invalid

views = Blueprint("deletions", __name__)

SLOW = timedelta(seconds=5)
"""A deletion takes about a second; when it takes longer, the services are asked what is wrong."""


@views.get("/customers/<uuid:customer_id>/delete")
@needs("customers.delete")
def ask(customer_id: UUID) -> AnyResponse:
    """Say exactly what would go, what stays and why, and ask for the customer's e-mail address."""
    return _form(Outlook.of(customer_id), Typed())


@views.post("/customers/<uuid:customer_id>/delete")
@needs("customers.delete")
def delete(customer_id: UUID) -> AnyResponse:
    """Search for who takes over, or begin to delete; what was typed is kept when something is wrong."""
    typed = Typed.sent()
    if request.form.get("do") != "delete":
        return _found(customer_id, typed)
    try:
        deletion = services().customers.delete_customer(customer_id, typed.order())
    except (Conflict, Invalid) as failure:
        return _form(Outlook.of(customer_id), typed, failure)
    return redirect(f"/deletions/{deletion.id}", 303)


@views.get("/deletions")
@needs("customers.view")
def deletions() -> Response:
    """The deletions that run, and the newest."""
    found = services().customers.deletions()
    return page("deletions/list.html", menu="customers", deletions=found.items)


@views.get("/deletions/<uuid:deletion_id>")
@needs("customers.view")
def deletion(deletion_id: UUID) -> Response:
    """Where one stands; the page asks again by itself while it runs."""
    found = services().customers.deletion(deletion_id)
    shown: dict[str, Any] = {"deletion": found, "errors": _errors(found), "refusal": _refusal(found)}
    if wants_fragment():
        return fragment("deletions/steps.html", **shown)
    return page("deletions/deletion.html", menu="customers", **shown)


@views.post("/deletions/<uuid:deletion_id>/again")
@needs("customers.delete")
def again(deletion_id: UUID) -> AnyResponse:
    """Tell the services once more."""
    services().customers.repeat_deletion(deletion_id)
    flash(_("The services have been told once more."), "success")
    return redirect(f"/deletions/{deletion_id}", 303)


def _found(customer_id: UUID, typed: Typed) -> AnyResponse:
    """Show who can take over; for htmx that part of the form alone."""
    if wants_fragment():
        return fragment("deletions/heirs.html", typed=typed, heirs=typed.heirs(customer_id), errors={})
    return _form(Outlook.of(customer_id), typed)


def _form(outlook: Outlook, typed: Typed, failure: Failure | None = None) -> AnyResponse:
    customer = outlook.customer
    if customer.running_id is not None:
        return redirect(f"/deletions/{customer.running_id}", 303)
    errors = {"form": said(failure)} | said_fields(failure) if failure else {}
    return page(
        "deletions/ask.html",
        menu="customers",
        status=failure.status if failure else 200,
        customer=customer,
        outlook=outlook,
        typed=typed,
        heirs=typed.heirs(customer.id),
        errors=errors,
    )


def _errors(deletion: Deletion) -> list[str]:
    """Return what the services stumbled on, when it takes longer than it should."""
    errors = []
    is_slow = deletion.state == "running" and clock.now() - deletion.requested_at > SLOW
    if is_slow and "customers.delete" in current_user.permissions:
        for service in (services().billing, services().sites, services().customers):
            with suppress(Failure):
                errors.append(service.deletion_trouble(deletion.id).error)
    return [error for error in errors if error]


def _refusal(deletion: Deletion) -> str:
    reason = deletion.refusal
    return said_as(reason.template, reason.params) if reason else ""
