"""The list of invoices and credit notes: tabs, days, a search, pages, and the file."""

from datetime import date

from flask import Blueprint, Response, request

from gateway import labels
from gateway.auth import needs, services
from gateway.calls import tried
from gateway.downloads import csv_file
from gateway.hosts import current_host
from gateway.invoices_found import found_invoices, named_invoices
from gateway.payments_found import people_of
from gateway.views.list_address import Tab, address, asked_for
from gateway.views.pages import page
from gateway.words import said
from kernel import clock
from kernel.contracts.invoices import InvoicesNarrowed, InvoicesQuery

views = Blueprint("invoices_list", __name__)

PATH = "/invoices"
SIZES = (20, 50, 100)


@views.get(PATH)
@needs("billing.view")
def invoices() -> Response:
    """The list; that billing or the names are away is a state of the page."""
    asked = asked_for(InvoicesQuery)
    found, failure = tried(lambda: found_invoices(services(), asked))
    rows = found.items if found else []
    return page(
        "invoices/list.html",
        menu="invoices",
        status=failure.status if failure else 200,
        query=asked,
        failure=said(failure) if failure else "",
        here=address(PATH, asked, after=asked.after, before=asked.before),
        invoices=rows,
        people=people_of(services(), (row.customer_id for row in rows)),
        tabs=_tabs(asked),
        newer=address(PATH, asked, before=found.before) if found and found.before else None,
        older=address(PATH, asked, after=found.after) if found and found.after else None,
        sizes=sorted({*SIZES, asked.limit}),
        narrowed=asked.model_dump(mode="json", include=set(InvoicesNarrowed.model_fields)),
        is_narrowed=asked.model_copy(update={"limit": 50, "after": None, "before": None}) != InvoicesQuery(),
    )


@views.post(f"{PATH}/export")
@needs("billing.view")
def export() -> Response:
    """Send the file of what the list shows, as it is read."""
    pieces = named_invoices(services(), asked_for(InvoicesNarrowed, request.form))
    return csv_file(pieces, f"invoices-{current_host().network.slug}-{_today():%Y-%m-%d}.csv")


def _tabs(asked: InvoicesQuery) -> list[Tab]:
    """Return the tabs, without counts: what is paid is no property of an invoice that could be counted."""
    return [
        Tab(name, address(PATH, asked, tab=tab), None, tab == asked.tab)
        for tab, name in labels.invoice_tabs().items()
    ]


def _today() -> date:
    return clock.now().date()
