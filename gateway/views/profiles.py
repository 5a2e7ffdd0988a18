"""Editing a customer: one form, saved whole or not at all."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import labels
from gateway.auth import confirmed_by_customers, needs, services
from gateway.translation import gettext as _
from gateway.views.list_place import list_address, placed
from gateway.views.pages import fragment, page
from gateway.views.profile_form import ProfileForm, in_words, may_change_login
from gateway.words import said, said_fields
from kernel.contracts.customers import Customer
from kernel.contracts.profiles import NewProfile, ProfileChange
from kernel.errors import Conflict, Failure, Invalid

views = Blueprint("profiles", __name__)

CHANGED, THERE = "ChangedMeanwhile", "AccountIsThere"


class Stale(Exception):
    """Somebody else changed what the form shows; ``customer`` is how he is now."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer


@views.get("/customers/<uuid:customer_id>/edit")
@confirmed_by_customers
@needs("customers.edit")
def edit(customer_id: UUID) -> Response:
    """The form, with what is saved."""
    found = services().customers.customer(customer_id)
    return _form(found, ProfileForm.of(found))


@views.post("/customers/<uuid:customer_id>/edit")
@confirmed_by_customers
@needs("customers.edit")
def save(customer_id: UUID) -> AnyResponse:
    """Save what was changed; what was typed is still there when it cannot be saved."""
    form, button = ProfileForm.sent(), request.form.get("do", "save")
    if button == "redraw":
        return _form(services().customers.customer(customer_id), form)
    try:
        saved = _save(customer_id, form)
    except Stale as stale:
        return _meanwhile(stale.customer, form)
    except Invalid as reason:
        return _form(services().customers.customer(customer_id), form, reason)
    words = _("%(name)s is saved.", name=saved.name) if form.changes else _("Nothing was changed.")
    flash(words, "success")
    return redirect(placed(f"/customers/{customer_id}/edit") if button == "continue" else list_address(), 303)


@views.get("/customers/new")
@needs("customers.edit")
def new() -> Response:
    """The form of somebody who is no customer yet."""
    return _new_form(ProfileForm.blank(), invites=True)


@views.post("/customers/new")
@confirmed_by_customers
@needs("customers.edit")
def register() -> AnyResponse:
    """Register a customer; what was typed is still there when he cannot be."""
    form, button = ProfileForm.sent(), request.form.get("do", "save")
    invites = request.form.get("invites") == "true"
    if button == "redraw":
        return _new_form(form, invites=invites)
    try:
        made = services().customers.register_customer(
            NewProfile(
                how="console", profile=form.changes, invites=invites, attaches=_agreed_to(form.typed["email"])
            )
        )
    except Invalid as reason:
        return _new_form(form, reason, invites=invites)
    flash(_("%(name)s is registered as customer %(number)s.", name=made.name, number=made.number), "success")
    rest = "/edit" if button == "continue" else ""
    return redirect(placed(f"/customers/{made.id}{rest}"), 303)


@views.post("/customers/address-fields")
@needs("customers.edit")
def address_fields() -> Response:
    """The part of the form that the chosen country decides; nothing is saved."""
    return fragment("profiles/address.html", errors={}, **ProfileForm.sent().shown())


def _save(customer_id: UUID, form: ProfileForm) -> Customer:
    """Send on what was changed, and return the customer as he is now. Raises Stale, Invalid.

    What else happened to him meanwhile, a mark or a verification, is no reason to ask: it is not in the form.
    """
    if not form.changes:
        return services().customers.customer(customer_id)
    change = ProfileChange(seen=[form.version], changes=form.changes)
    try:
        return services().customers.change_profile(customer_id, change)
    except Conflict as reason:
        if reason.code != CHANGED:
            raise
    now = services().customers.customer(customer_id)
    if form.differences(now):
        raise Stale(now)
    return _save(customer_id, form.against(now))


def _agreed_to(email: str) -> bool:
    """Whether it was agreed that the account with this very address, and no other, becomes the customer's."""
    return bool(email) and request.form.get("attaches", "") == email


def _new_form(form: ProfileForm, failure: Failure | None = None, *, invites: bool) -> Response:
    is_there = failure is not None and failure.code == THERE
    return page(
        "profiles/new.html",
        menu="customers",
        status=failure.status if failure else 200,
        customer=None,
        may_change_login=True,
        invites=invites,
        offers_account=is_there or _agreed_to(form.typed["email"]),
        attaches=_agreed_to(form.typed["email"]),
        errors=_errors(failure),
        **form.shown(),
    )


def _form(customer: Customer, form: ProfileForm, failure: Failure | None = None) -> Response:
    return page(
        "profiles/edit.html",
        menu="customers",
        status=failure.status if failure else 200,
        customer=customer,
        may_change_login=may_change_login(customer),
        errors=_errors(failure),
        **form.shown(),
    )


def _errors(failure: Failure | None) -> dict[str, str]:
    return {"form": said(failure)} | said_fields(failure) if failure else {}


def _meanwhile(customer: Customer, form: ProfileForm) -> Response:
    """Show what the other changed beside what was typed, field by field; nothing is chosen unasked."""
    now = form.against(customer)
    differences = form.differences(customer)
    rows = [
        {
            "name": one.name,
            "label": labels.field(one.name),
            "is_typed": one.is_typed,
            "choices": [
                ("theirs", one.theirs, in_words(one.name, one.theirs, now.was)),
                ("yours", one.yours, in_words(one.name, one.yours, form.typed)),
            ],
        }
        for one in differences
    ]
    decided = {one.name for one in differences}
    return page(
        "profiles/meanwhile.html",
        menu="customers",
        status=409,
        customer=customer,
        form=now,
        rows=rows,
        untouched={name: value for name, value in form.typed.items() if name not in decided},
    )
