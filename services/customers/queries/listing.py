"""The customers list: a page of a tab, in an order, perhaps searched, with the counts of all tabs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Row, Select, literal_column, select

from kernel import folding
from kernel.contracts.customers import CustomersList, CustomersQuery, CustomersSort, CustomersTab
from kernel.cursors import Cursor, CursorNotValid
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.prepared import Prepared
from services.customers.models import Account, Customer, CustomerFacts
from services.customers.queries.counts import around_the_list
from services.customers.queries.narrowing import narrowed, parameters
from services.customers.queries.orders import ORDERS, Order
from services.customers.queries.rows import COLUMNS, row_of


def customers_list(uow: UnitOfWork, asked: CustomersQuery) -> CustomersList:
    """Return a page of the list, and the tabs' counts; two statements. Raises CursorNotValid."""
    rows, has_more = page_of_rows(uow, asked)
    counts, fields = around_the_list(uow)
    edges = [_cursor(asked, row) for row in (rows[0], rows[-1])] if rows else [None, None]
    goes_back = bool(asked.before)
    return CustomersList(
        items=[row_of(row, uow.now, fields) for row in rows],
        counts=counts,
        fields=[field for field in fields if field.is_listed],
        before=edges[0] if (has_more if goes_back else asked.after) else None,
        after=edges[1] if (goes_back or has_more) else None,
    )


def page_of_rows(uow: UnitOfWork, asked: CustomersQuery) -> tuple[Sequence[Row[Any]], bool]:
    """Return the rows of a page, and whether there are more in the direction that was read."""
    beside, words = _beside(asked), folding.asked_words(asked.q)
    shape = Shape(asked.sort, asked.tab, asked.limit + 1, len(words), beside is not None, bool(asked.before))
    values = parameters(asked.tab, words, uow.now)
    if beside is not None:
        values |= {"beside_value": beside.value, "beside_id": beside.id}
    found = _page(shape).all(uow, **values)
    rows = found[: asked.limit]
    return (rows[::-1] if asked.before else rows), len(found) > asked.limit


@dataclass(frozen=True)
class Shape:
    """What makes the statement of one page another than that of the next; the rest are values."""

    sort: CustomersSort
    tab: CustomersTab
    most: int
    words: int
    is_beside: bool
    goes_back: bool


@lru_cache(maxsize=512)  # callers choose page sizes and words, so there are more shapes than memory
def _page(shape: Shape) -> Prepared:
    """Return the statement of a page. Its plan is kept unless words are searched: they differ too much."""
    order = ORDERS[shape.sort]
    page = partial(order.page, beside=shape.is_beside, backwards=shape.goes_back, most=shape.most)
    ids = narrowed(order, shape.tab, shape.words, page)
    return Prepared(_dressed(ids, order, shape), keeps_plan=not shape.words)


def _dressed(ids: Select[Any], order: Order, shape: Shape) -> Select[Any]:
    """Return all that a row shows, for the ids of one page only."""
    page = ids.subquery("page")
    descending = order.is_descending != shape.goes_back
    columns = (page.c.value.desc(), page.c.id.desc()) if descending else (page.c.value, page.c.id)
    return (
        select(page.c.value, *COLUMNS)
        .select_from(page)
        .join(Customer, Customer.id == page.c.id)
        .join(Account, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
        .join(
            CustomerFacts,
            (CustomerFacts.network_id == Customer.network_id) & (CustomerFacts.customer_id == Customer.id),
        )
        .order_by(*columns)
        .limit(literal_column(str(shape.most)))
    )


def _beside(asked: CustomersQuery) -> Cursor | None:
    if asked.after and asked.before:
        sentence = N_("Go on or back, not both at once.")
        raise CursorNotValid(sentence, fields={"before": sentence})
    field = "before" if asked.before else "after"
    given = asked.before or asked.after
    return ORDERS[asked.sort].cursor.read(given, of=asked.sort, field=field) if given else None


def _cursor(asked: CustomersQuery, row: Row[Any]) -> str:
    return ORDERS[asked.sort].cursor(list=asked.sort, value=row.value, id=row.id).written()
