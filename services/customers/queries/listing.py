"""The customers list: a page of a tab, in an order, perhaps searched, with the counts of all tabs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from kernel.contracts.customers import CustomersList, CustomersQuery
from kernel.database import UnitOfWork
from kernel.errors import N_
from services.customers import folding
from services.customers.models import Account, Customer, CustomerFacts
from services.customers.queries.counts import tab_counts
from services.customers.queries.cursors import Cursor, CursorNotValid
from services.customers.queries.narrowing import narrowed
from services.customers.queries.orders import ORDERS, Order
from services.customers.queries.rows import COLUMNS, row_of


def customers_list(uow: UnitOfWork, asked: CustomersQuery) -> CustomersList:
    """Return a page of the list, and the tabs' counts; two statements. Raises CursorNotValid."""
    rows, has_more = page_of_rows(uow, asked)
    edges = [_cursor(asked, row) for row in (rows[0], rows[-1])] if rows else [None, None]
    goes_back = bool(asked.before)
    return CustomersList(
        items=[row_of(row, uow.now) for row in rows],
        counts=tab_counts(uow),
        before=edges[0] if (has_more if goes_back else asked.after) else None,
        after=edges[1] if (goes_back or has_more) else None,
    )


def page_of_rows(uow: UnitOfWork, asked: CustomersQuery) -> tuple[Sequence[Row[Any]], bool]:
    """Return the rows of a page, and whether there are more in the direction that was read."""
    order, beside = ORDERS[asked.sort], _beside(asked)

    def page(found: Select[Any]) -> Select[Any]:
        return order.page(found, beside=beside, backwards=bool(asked.before), limit=asked.limit + 1)

    ids = narrowed(order, asked.tab, folding.asked_words(asked.q), uow.now, page)
    found = uow.session.execute(_dressed(ids, order, asked)).all()
    rows = found[: asked.limit]
    return (rows[::-1] if asked.before else rows), len(found) > asked.limit


def _dressed(ids: Select[Any], order: Order, asked: CustomersQuery) -> Select[Any]:
    """Return all that a row shows, for the ids of one page only."""
    page = ids.subquery("page")
    descending = order.is_descending != bool(asked.before)
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
        .limit(asked.limit + 1)
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
