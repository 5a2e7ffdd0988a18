"""Rows of a form that choose products, and how many of each; they come and go without a script."""

from collections.abc import Mapping
from uuid import UUID

from flask import request

from gateway.auth import services
from kernel.contracts.products import ProductsQuery
from kernel.errors import BadRequest

Rows = list[tuple[str, str]]
"""The id of a product, and how many of it, as they were typed."""

MOST, MOST_ROWS = 200, 50
BLANK = ("", "1")


def choices(kept: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """Return the products to choose from: those on sale, and those that are there already."""
    on_sale = services().billing.products(ProductsQuery(limit=MOST)).items
    known = {row.id for row in on_sale}
    there = [(str(product_id), name) for product_id, name in kept.items() if product_id not in known]
    return [*((str(row.id), row.name) for row in on_sale if row.is_active or row.id in kept), *there]


def rows_sent(do: str, place: str) -> Rows:
    """Return the rows that were sent, with one more or less when that was asked for. Raises BadRequest."""
    ids, quantities = request.form.getlist("product_id"), request.form.getlist("quantity")
    rows = [(one.strip(), many.strip() or "1") for one, many in zip(ids, quantities, strict=False)][
        :MOST_ROWS
    ]
    if do == "remove":
        if not (place.isascii() and place.isdecimal() and len(place) < 3 and int(place) < len(rows)):
            raise BadRequest
        del rows[int(place)]
    if do == "more":
        return [*rows, BLANK][:MOST_ROWS]
    return [row for row in rows if row[0]] or ([BLANK] if do == "remove" else [])
