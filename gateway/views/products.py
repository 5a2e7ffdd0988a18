"""Products in the console: the list, and each with its form, its users and its end."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.translation import gettext as _
from gateway.views.list_address import Tab, address, asked_for
from gateway.views.pages import page
from gateway.views.product_form import BLANKS, ProductForm, without_row
from gateway.views.product_words import meanwhile, price_in_words
from gateway.words import said, said_fields
from kernel.contracts.products import Product, ProductChange, ProductsList, ProductsQuery, ProductTerms
from kernel.errors import Conflict, Failure, Invalid

views = Blueprint("products", __name__)

PATH = "/products"
CHANGED = "ChangedMeanwhile"


@views.get(PATH)
@needs("billing.view")
def products() -> Response:
    """The list, by tab and by what is searched for."""
    asked = asked_for(ProductsQuery)
    found = services().billing.products(asked)
    return _page(
        "products/list.html",
        asked=asked,
        products=found.items,
        tabs=_tabs(asked, found),
        newer=address(PATH, asked, before=found.before) if found.before else None,
        older=address(PATH, asked, after=found.after) if found.after else None,
    )


@views.get(f"{PATH}/new")
@needs("billing.edit")
def new() -> Response:
    """The form of a new product, or of one like ``copy``."""
    return _new_form(ProductForm.of(_like(request.args.get("copy", ""))))


@views.post(f"{PATH}/new")
@needs("billing.edit")
def create() -> AnyResponse:
    """Add the product; what was typed is still there when it cannot be added."""
    form = ProductForm.sent()
    if redrawn := _redrawn(form):
        return _new_form(*redrawn)
    try:
        made = services().billing.create_product(form.terms())
    except Invalid as failure:
        return _new_form(form, failure=failure)
    return _back(made.id, _("%(name)s is added.", name=made.name))


@views.get(f"{PATH}/<uuid:product_id>")
@needs("billing.view")
def show(product_id: UUID) -> Response:
    """The form with what is saved, and who has the product."""
    found = services().billing.product(product_id)
    return _form(found, ProductForm.of(found.terms, found.version))


@views.post(f"{PATH}/<uuid:product_id>")
@needs("billing.edit")
def save(product_id: UUID) -> AnyResponse:
    """Save the terms; what was typed is still there when they cannot be saved."""
    form = ProductForm.sent()
    if redrawn := _redrawn(form):
        return _form(services().billing.product(product_id), *redrawn)
    try:
        change = ProductChange(seen=[form.version], terms=form.terms())
        saved = services().billing.change_product(product_id, change)
    except Invalid as failure:
        return _form(services().billing.product(product_id), form, failure=failure)
    except Conflict as failure:
        if failure.code != CHANGED:
            raise
        return _meanwhile(product_id, form, failure)
    is_same = saved.version == form.version
    return _back(
        product_id, _("Nothing was changed.") if is_same else _("%(name)s is saved.", name=saved.name)
    )


@views.get(f"{PATH}/<uuid:product_id>/retire")
@needs("billing.edit")
def confirm_retire(product_id: UUID) -> Response:
    """Say what retiring does, and ask."""
    return _page("products/retire.html", product=services().billing.product(product_id))


@views.post(f"{PATH}/<uuid:product_id>/retire")
@needs("billing.edit")
def retire(product_id: UUID) -> AnyResponse:
    """Take the product off sale."""
    done = services().billing.retire_product(product_id)
    return _back(product_id, _("%(name)s is retired.", name=done.name))


@views.post(f"{PATH}/<uuid:product_id>/bring-back")
@needs("billing.edit")
def bring_back(product_id: UUID) -> AnyResponse:
    """Sell the product again."""
    done = services().billing.bring_back_product(product_id)
    return _back(product_id, _("%(name)s is on sale again.", name=done.name))


@views.get(f"{PATH}/<uuid:product_id>/delete")
@needs("billing.edit")
def confirm_delete(product_id: UUID) -> Response:
    """Ask once more, or say why it must stay."""
    return _page("products/delete.html", product=services().billing.product(product_id))


@views.post(f"{PATH}/<uuid:product_id>/delete")
@needs("billing.edit")
def delete(product_id: UUID) -> AnyResponse:
    """Delete a product that nobody ever had."""
    try:
        services().billing.delete_product(product_id)
    except Conflict as failure:
        flash(said(failure), "danger")
        return redirect(f"{PATH}/{product_id}", 303)
    flash(_("The product is deleted."), "success")
    return redirect(PATH, 303)


def _tabs(asked: ProductsQuery, found: ProductsList) -> list[Tab]:
    names = {
        "all": _("All"),
        "plan": _("Plans"),
        "package": _("Packages"),
        "service": _("Services"),
        "retired": _("Retired"),
    }
    return [
        Tab(name, address(PATH, asked, tab=tab), getattr(found.counts, tab), tab == asked.tab)
        for tab, name in names.items()
    ]


def _like(product_id: str) -> ProductTerms:
    """Return the terms of a new product: like another one, or the usual ones."""
    if not product_id:
        return ProductTerms(name="")
    try:
        terms = services().billing.product(UUID(product_id)).terms
    except ValueError:
        return ProductTerms(name="")
    return terms.model_copy(update={"name": _("Copy of %(name)s", name=terms.name), "slug": ""})


def _redrawn(form: ProductForm) -> tuple[ProductForm, int] | None:
    """Return the form with more rows, or with one less, when that was asked for."""
    do, _colon, place = request.form.get("do", "save").partition(":")
    if do == "more":
        return form, BLANKS + 3
    if do == "remove":
        rows = without_row(place)
        return ProductForm(form.values, rows, form.is_active, form.version), BLANKS
    return None


def _meanwhile(product_id: UUID, form: ProductForm, failure: Failure) -> Response:
    """Show beside what was typed what somebody else has saved; whoever saves again means it."""
    found = services().billing.product(product_id)
    now = ProductForm(form.values, form.rows, form.is_active, found.version)
    return _form(found, now, failure=failure, theirs=meanwhile(form.terms(), found.terms))


def _new_form(form: ProductForm, blanks: int = BLANKS, *, failure: Failure | None = None) -> Response:
    shown = form.shown(_errors(failure), blanks=blanks)
    return _page("products/new.html", status=failure.status if failure else 200, product=None, **shown)


def _form(
    found: Product,
    form: ProductForm,
    blanks: int = BLANKS,
    *,
    failure: Failure | None = None,
    theirs: dict[str, str] | None = None,
) -> Response:
    may_edit = "billing.edit" in current_user.permissions
    shown = form.shown(_errors(failure), blanks=blanks if may_edit else 0)
    return _page(
        "products/edit.html",
        status=failure.status if failure else 200,
        product=found,
        may_edit=may_edit,
        meanwhile=theirs,
        **shown,
    )


def _errors(failure: Failure | None) -> dict[str, str]:
    return {"form": said(failure)} | said_fields(failure) if failure else {}


def _page(template: str, *, status: int = 200, **shown: Any) -> Response:
    return page(template, menu="products", status=status, price_in_words=price_in_words, **shown)


def _back(product_id: UUID, words: str) -> AnyResponse:
    flash(words, "success")
    return redirect(f"{PATH}/{product_id}", 303)
