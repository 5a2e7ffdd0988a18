"""The list of memberships: tabs, filters, a search, pages, and the file."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, request
from flask_login import current_user

from gateway import labels
from gateway.auth import needs, services
from gateway.calls import tried
from gateway.downloads import csv_file
from gateway.gateway_choices import gateway_choices
from gateway.hosts import current_host
from gateway.memberships_found import found_memberships, named_memberships
from gateway.payments_found import people_of
from gateway.translation import gettext as _
from gateway.views.list_address import Tab, address, asked_for
from gateway.views.pages import page
from gateway.words import said
from kernel import clock
from kernel.contracts.memberships import MembershipsList, MembershipsNarrowed, MembershipsQuery
from kernel.contracts.products import ProductRow, ProductsQuery

views = Blueprint("memberships_list", __name__)

PATH = "/memberships"
SIZES = (20, 50, 100)
TABS = ("all", *labels.MEMBERSHIPS)
DAYS = (
    "created_from", "created_until", "expires_from", "expires_until", "renews_from", "renews_until",
)  # fmt: skip
MOST_PRODUCTS = 200


@views.get(PATH)
@needs("billing.view")
def memberships() -> Response:
    """The list; that billing or the names are away is a state of the page."""
    asked = asked_for(MembershipsQuery)
    found, failure = tried(lambda: found_memberships(services(), asked))
    rows = found.items if found else []
    return page(
        "memberships/list.html",
        menu="memberships",
        status=failure.status if failure else 200,
        asked=asked,
        failure=said(failure) if failure else "",
        here=address(PATH, asked, after=asked.after, before=asked.before),
        memberships=rows,
        people=people_of(services(), (row.customer_id for row in rows)),
        tabs=_tabs(asked, found),
        newer=address(PATH, asked, before=found.before) if found and found.before else None,
        older=address(PATH, asked, after=found.after) if found and found.after else None,
        products=_products(asked.product_id) if found else [],
        gateways=gateway_choices(services(), asked.gateway) if found else [],
        sizes=sorted({*SIZES, asked.limit}),
        narrowed=asked.model_dump(mode="json", include=set(MembershipsNarrowed.model_fields)),
        has_days=any(getattr(asked, name) for name in DAYS),
        is_narrowed=any((asked.q, asked.customers, asked.gateway, asked.product_id))
        or any(getattr(asked, name) for name in DAYS),
        may_add="billing.edit" in current_user.permissions,
    )


@views.post(f"{PATH}/export")
@needs("billing.view")
def export() -> Response:
    """Send the file of what the list shows, as it is read."""
    narrowed = asked_for(MembershipsNarrowed, request.form)
    pieces = named_memberships(services(), narrowed)
    return csv_file(pieces, f"memberships-{current_host().network.slug}-{_today():%Y-%m-%d}.csv")


def _tabs(asked: MembershipsQuery, found: MembershipsList | None) -> list[Tab]:
    return [
        Tab(
            _("All") if tab == "all" else labels.membership(tab),
            address(PATH, asked, tab=tab),
            getattr(found.counts, tab) if found else None,
            tab == asked.tab,
        )
        for tab in TABS
    ]


def _products(chosen: UUID | None) -> list[ProductRow]:
    """Return the products to choose from, on sale first; the one that is asked for among them."""
    on_sale = services().billing.products(ProductsQuery(limit=MOST_PRODUCTS)).items
    if chosen is None or chosen in {row.id for row in on_sale}:
        return on_sale
    retired = services().billing.products(ProductsQuery(tab="retired", limit=MOST_PRODUCTS)).items
    return [*on_sale, *(row for row in retired if row.id == chosen)]


def _today() -> date:
    return clock.now().date()
