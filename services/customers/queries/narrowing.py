"""What narrows a list of customers down: the words searched for, and the tab.

A narrowing is looked up alone first. When it has few hits they are all fetched and sorted; when it
has many, they are so frequent that walking the order's index soon meets enough of them. PostgreSQL
decides which, inside the one statement, so neither costs more as the table grows.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, case, cast, func, literal, select, union_all
from sqlalchemy import literal_column as sql

from kernel.contracts.customers import CustomersTab
from services.customers import folding
from services.customers.models import Customer, CustomerWord
from services.customers.queries.orders import Order
from services.customers.sightings import online_since

FEW = 1000
LOOKED_UP = 2
"""So many of the words are looked up alone; the others are only checked."""

Paging = Callable[[Select[Any]], Select[Any]]


def narrowed(
    order: Order, tab: CustomersTab, words: Sequence[str], now: datetime, page: Paging
) -> Select[Any]:
    """Return a page of (id, value) of the customers in a tab that have all the words as prefixes.

    ``page`` orders and limits a select.
    """
    found = select(order.id.label("id"), order.value.label("value"))
    if tab != "all" and order.table is not Customer:
        same = (Customer.network_id == order.table.network_id) & (Customer.id == order.id)
        found = found.join(Customer, same)
    found = found.where(*_in_tab(tab, now), *(_has_word(order, word) for word in words))
    lookups = [_with_word(word) for word in words[:LOOKED_UP]] + _of_tab(order, tab, now)
    if not lookups:
        return page(found)
    few = _few(lookups)
    fetched = page(found.where(order.id == any_(cast(few, ARRAY(Uuid)))))
    walked = page(found.where(few.is_(None)))
    either = union_all(fetched, walked).subquery("either")
    return select(either.c.id, either.c.value)


def _in_tab(tab: CustomersTab, now: datetime) -> list[ColumnElement[bool]]:
    """Return what a tab asks, word for word as the partial indexes say it."""
    asked: dict[CustomersTab, list[ColumnElement[bool]]] = {
        "all": [],
        "vip": [Customer.is_vip.expression],
        "unverified": [Customer.verification != sql("'verified'")],
        "online": [Customer.last_seen_at > online_since(now)],
    }
    return asked[tab]


def _of_tab(order: Order, tab: CustomersTab, now: datetime) -> list[Select[Any]]:
    """Return the tab as something to look up, when the order has no index of its own for it."""
    has_index = tab == "all" or (order.table is Customer and tab != "online")
    if has_index:
        return []
    return [select(Customer.id.label("customer_id")).where(*_in_tab(tab, now))]


def _with_word(word: str) -> Select[Any]:
    first, last = folding.prefix_range(word)
    return select(CustomerWord.customer_id).where(CustomerWord.word >= first, CustomerWord.word < last)


def _has_word(order: Order, word: str) -> ColumnElement[bool]:
    """Return whether a customer has the word; a subquery with a limit, which is never made a join."""
    first, last = folding.prefix_range(word)
    probe = select(literal(True)).where(
        CustomerWord.network_id == order.table.network_id,
        CustomerWord.customer_id == order.id,
        CustomerWord.word >= first,
        CustomerWord.word < last,
    )
    return probe.correlate(order.table).limit(1).scalar_subquery()


def _few(lookups: Sequence[Select[Any]]) -> ColumnElement[Any]:
    """Return the ids that the first lookup with few hits found, or NULL when all have many."""
    ctes = [lookup.limit(FEW + 1).cte(f"lookup_{place}") for place, lookup in enumerate(lookups)]
    ids = case(
        *(
            (
                select(func.count()).select_from(hits).scalar_subquery() <= FEW,
                func.array(select(hits.c.customer_id).scalar_subquery(), type_=ARRAY(Uuid)),
            )
            for hits in ctes
        )
    )
    few = select(ids.label("ids")).cte("few")
    return select(few.c.ids).scalar_subquery()
