"""The global search's share of this service: customers."""

from kernel import folding
from kernel.contracts.customers import CustomersQuery, Found, FoundList
from kernel.database import UnitOfWork
from services.customers.queries.listing import page_of_rows
from services.customers.queries.rows import row_of


def found_customers(uow: UnitOfWork, q: str, limit: int) -> FoundList:
    """Return the newest customers that have every word of ``q`` as a prefix; none for no word."""
    if not folding.asked_words(q):
        return FoundList(items=[])
    rows, _ = page_of_rows(uow, CustomersQuery(q=q, limit=limit))
    customers = [row_of(row, uow.now) for row in rows]
    return FoundList(
        items=[
            Found(kind="customer", id=one.id, title=one.name, detail=f"{one.email} · {one.number}")
            for one in customers
        ]
    )
