"""The list of payments: tabs, filters, a search, pages, and the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_login import current_user
from pydantic import ValidationError

from gateway import labels, payment_words
from gateway.auth import needs, services
from gateway.downloads import csv_file
from gateway.hosts import current_host
from gateway.payments_found import found_payments, named_rows, people_of
from gateway.views.pages import page
from gateway.words import said
from kernel import clock
from kernel.contracts.payments import PaymentsList, PaymentsNarrowed, PaymentsQuery
from kernel.errors import BadRequest, Failure, Unauthenticated

views = Blueprint("payments_list", __name__)

TABS = ("all", *labels.PAYMENTS)
SIZES = (20, 50, 100)
USUAL = PaymentsQuery()


@dataclass(frozen=True)
class Tab:
    """A tab with how many payments it holds in all; None while that is not known."""

    name: str
    href: str
    count: int | None
    current: bool


@views.get("/payments")
@needs("billing.view")
def payments() -> Response:
    """The list; that billing or the names are away is a state of the page."""
    asked = _asked(PaymentsQuery, request.args)
    found, failure = _found(asked)
    rows = found.items if found else []
    return page(
        "payments/list.html",
        menu="payments",
        status=failure.status if failure else 200,
        query=asked,
        failure=said(failure) if failure else "",
        here=address(asked, after=asked.after, before=asked.before),
        payments=rows,
        people=people_of(services(), (row.customer_id for row in rows)),
        tabs=_tabs(asked, found),
        newer=address(asked, before=found.before) if found and found.before else None,
        older=address(asked, after=found.after) if found and found.after else None,
        gateways=_gateways(asked),
        words=payment_words,
        sizes=sorted({*SIZES, asked.limit}),
        narrowed=asked.model_dump(mode="json", include=set(PaymentsNarrowed.model_fields)),
        is_narrowed=any((asked.q, asked.gateway, asked.kind, asked.since, asked.until, asked.customers)),
        may_add="billing.edit" in current_user.permissions,
    )


@views.post("/payments/export")
@needs("billing.view")
def export() -> Response:
    """Send the file of what the list shows, as it is read."""
    pieces = named_rows(services(), _asked(PaymentsNarrowed, request.form))
    return csv_file(pieces, f"payments-{current_host().network.slug}-{_today():%Y-%m-%d}.csv")


def address(asked: PaymentsQuery, **changed: object) -> str:
    """``/payments?tab=failed&q=42``: this asking with something else; usual values are left out."""
    wanted = asked.model_dump(mode="json") | {"after": None, "before": None} | changed
    said_too = {name: value for name, value in wanted.items() if value and value != getattr(USUAL, name)}
    return f"/payments?{urlencode(said_too)}" if said_too else "/payments"


def _asked(contract: type[Any], given: Mapping[str, str]) -> Any:
    wanted = {name: value for name, value in given.items() if value and name in contract.model_fields}
    try:
        return contract.model_validate(wanted)
    except ValidationError:
        raise BadRequest from None


def _found(asked: PaymentsQuery) -> tuple[PaymentsList | None, Failure | None]:
    try:
        return found_payments(services(), asked), None
    except Unauthenticated:
        raise
    except Failure as failure:
        return None, failure


def _tabs(asked: PaymentsQuery, found: PaymentsList | None) -> list[Tab]:
    counts: Mapping[Any, int] = found.counts if found else {}
    return [
        Tab(
            labels.payment_tab(tab),
            address(asked, tab=tab),
            counts.get(tab, 0) if found else None,
            tab == asked.tab,
        )
        for tab in TABS
    ]


def _gateways(asked: PaymentsQuery) -> list[str]:
    """Return the gateways to choose from, the one that is asked for among them."""
    known = ("manual", "stripe")
    return sorted({*known, *([asked.gateway] if asked.gateway else [])})


def _today() -> date:
    return clock.now().date()
