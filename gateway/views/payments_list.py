"""The list of payments: tabs, filters, a search, pages, and the file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from gateway import labels, payment_words
from gateway.auth import needs, services
from gateway.calls import tried
from gateway.downloads import csv_file
from gateway.gateway_choices import gateway_choices
from gateway.hosts import current_host
from gateway.payments_found import found_payments, named_rows, people_of
from gateway.views.list_address import Tab, address, asked_for
from gateway.views.pages import page
from gateway.words import said
from kernel import clock
from kernel.contracts.payments import PaymentsList, PaymentsNarrowed, PaymentsQuery

views = Blueprint("payments_list", __name__)

PATH = "/payments"
TABS = ("all", *labels.PAYMENTS)
SIZES = (20, 50, 100)


@views.get(PATH)
@needs("billing.view")
def payments() -> Response:
    """The list; that billing or the names are away is a state of the page."""
    asked = asked_for(PaymentsQuery)
    found, failure = tried(lambda: found_payments(services(), asked))
    rows = found.items if found else []
    return page(
        "payments/list.html",
        menu="payments",
        status=failure.status if failure else 200,
        query=asked,
        failure=said(failure) if failure else "",
        here=address(PATH, asked, after=asked.after, before=asked.before),
        payments=rows,
        people=people_of(services(), (row.customer_id for row in rows)),
        tabs=_tabs(asked, found),
        newer=address(PATH, asked, before=found.before) if found and found.before else None,
        older=address(PATH, asked, after=found.after) if found and found.after else None,
        gateways=gateway_choices(services(), asked.gateway) if found else [],
        words=payment_words,
        sizes=sorted({*SIZES, asked.limit}),
        narrowed=asked.model_dump(mode="json", include=set(PaymentsNarrowed.model_fields)),
        is_narrowed=any((asked.q, asked.gateway, asked.kind, asked.since, asked.until, asked.customers)),
        may_add="billing.edit" in current_user.permissions,
    )


@views.post(f"{PATH}/export")
@needs("billing.view")
def export() -> Response:
    """Send the file of what the list shows, as it is read."""
    pieces = named_rows(services(), asked_for(PaymentsNarrowed, request.form))
    return csv_file(pieces, f"payments-{current_host().network.slug}-{_today():%Y-%m-%d}.csv")


def _tabs(asked: PaymentsQuery, found: PaymentsList | None) -> list[Tab]:
    counts: Mapping[Any, int] = found.counts if found else {}
    return [
        Tab(
            labels.payment_tab(tab),
            address(PATH, asked, tab=tab),
            counts.get(tab, 0) if found else None,
            tab == asked.tab,
        )
        for tab in TABS
    ]


def _today() -> date:
    return clock.now().date()
