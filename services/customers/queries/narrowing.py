"""What narrows a list of customers down: the words searched for, and the tab.

A narrowing is looked up alone first. When it has few hits they are all fetched and sorted; when it
has many, they are so frequent that walking the order's index soon meets enough of them. PostgreSQL
decides which, inside the one statement, so neither costs more as the table grows.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy import literal_column as sql

from kernel import folding
from kernel.contracts.customers import CustomersTab
from services.customers.models import Customer, CustomerWord
from services.customers.queries.orders import Order
from services.customers.sign_ins.sightings import online_since

FEW = 1000
LOOKED_UP = 2
"""So many of the words are looked up alone; the others are only checked."""

ONLINE_SINCE = bindparam("online_since", type_=DateTime(timezone=True))

Paging = Callable[[Select[Any]], Select[Any]]


def narrowed(order: Order, tab: CustomersTab, words: int, page: Paging) -> Select[Any]:
    """Return a page of (id, value) of the customers in a tab that have so many words as prefixes.

    ``page`` orders and limits a select; ``parameters`` are what it is executed with.
    """
    found = select(order.id.label("id"), order.value.label("value"))
    if tab != "all" and order.table is not Customer:
        same = (Customer.network_id == order.table.network_id) & (Customer.id == order.id)
        found = found.join(Customer, same)
    found = found.where(*_in_tab(tab), *(_has_word(order, place) for place in range(words)))
    lookups = [_with_word(place) for place in range(min(words, LOOKED_UP))] + _of_tab(order, tab)
    if not lookups:
        return page(found)
    few = _few(lookups)
    fetched = page(found.where(order.id == any_(cast(few, ARRAY(Uuid)))))
    walked = page(found.where(few.is_(None)))
    either = union_all(fetched, walked).subquery("either")
    return select(either.c.id, either.c.value)


def parameters(tab: CustomersTab, words: Sequence[str], now: datetime) -> dict[str, object]:
    """Return the values for a narrowed select."""
    values: dict[str, object] = {"online_since": online_since(now)} if tab == "online" else {}
    for place, word in enumerate(words):
        values[f"first_{place}"], values[f"last_{place}"] = folding.prefix_range(word)
    return values


def _in_tab(tab: CustomersTab) -> list[ColumnElement[bool]]:
    """Return what a tab asks, word for word as the partial indexes say it."""
    asked: dict[CustomersTab, list[ColumnElement[bool]]] = {
        "all": [],
        "vip": [Customer.is_vip.expression],
        "unverified": [Customer.verification != sql("'verified'")],
        "online": [Customer.last_seen_at > ONLINE_SINCE],
    }
    return asked[tab]


def _of_tab(order: Order, tab: CustomersTab) -> list[Select[Any]]:
    """Return the tab as something to look up, when the order has no index of its own for it."""
    has_index = tab == "all" or (order.table is Customer and tab != "online")
    if has_index:
        return []
    return [select(Customer.id.label("customer_id")).where(*_in_tab(tab))]


def _with_word(place: int) -> Select[Any]:
    first, last = _range(place)
    return select(CustomerWord.customer_id).where(CustomerWord.word >= first, CustomerWord.word < last)


def _range(place: int) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return the two ends between which the words with a prefix lie."""
    kind = CustomerWord.word.type
    return bindparam(f"first_{place}", type_=kind), bindparam(f"last_{place}", type_=kind)


def _has_word(order: Order, place: int) -> ColumnElement[bool]:
    """Return whether a customer has the word; a subquery with a limit, which is never made a join."""
    first, last = _range(place)
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
