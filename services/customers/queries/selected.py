"""The customers of a selection, in batches by their number: any size costs the memory of one batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, func, literal_column, select

from kernel import folding
from kernel.contracts.bulk import Selection
from kernel.contracts.customers import CustomersTab
from kernel.cursors import NumberCursor
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.models import Account, Customer, CustomerFacts
from services.customers.queries.narrowing import Paging, narrowed, parameters
from services.customers.queries.orders import Order
from services.customers.queries.rows import COLUMNS

BATCH = 1000

BY_NUMBER = Order(
    Customer, Customer.__table__.c.number, Customer.__table__.c.id, is_descending=False, cursor=NumberCursor
)
EXPORTED = (
    *COLUMNS,
    Customer.phone,
    Account.locale,
    Customer.billing_email,
    Customer.billing_line1,
    Customer.billing_line2,
    Customer.billing_postcode,
    Customer.billing_city,
    Customer.billing_state,
    Customer.billing_country,
    Customer.billing_vat_number,
)


@dataclass(frozen=True)
class Shape:
    """What makes the statement of one selection another than that of the next; the rest are values."""

    has_ids: bool
    tab: CustomersTab
    words: int

    @classmethod
    def of(cls, selection: Selection) -> "Shape":
        return cls(bool(selection.ids), selection.tab, len(folding.asked_words(selection.q)))


def batch_after(uow: UnitOfWork, selection: Selection, number: int) -> Sequence[Any]:
    """Return the next customers whose number is higher, at most BATCH, with the columns of an export."""
    return _batch(Shape.of(selection)).all(uow, after=number, **values_of(uow, selection))


def count_of(uow: UnitOfWork, selection: Selection) -> int:
    """Return how many customers a selection holds right now."""
    counted = _count(Shape.of(selection)).one_or_none(uow, **values_of(uow, selection))
    return int(counted.number)


def ids_of(shape: Shape, page: Paging = lambda found: found) -> Select[Any]:
    """Return a select of (id, value) of a selection, which ``values_of`` are the parameters of."""
    if shape.has_ids:
        chosen = select(BY_NUMBER.id.label("id"), BY_NUMBER.value.label("value"))
        return page(chosen.where(BY_NUMBER.id == any_(bindparam("ids", type_=ARRAY(Uuid)))))
    return narrowed(BY_NUMBER, shape.tab, shape.words, page)


def values_of(uow: UnitOfWork, selection: Selection) -> dict[str, object]:
    """Return the parameters of the selection's statements."""
    if selection.ids:
        return {"ids": list(selection.ids)}
    return parameters(selection.tab, folding.asked_words(selection.q), uow.now)


@lru_cache(maxsize=64)
def _count(shape: Shape) -> Prepared:
    found = ids_of(shape).subquery("found")
    return Prepared(select(func.count().label("number")).select_from(found), keeps_plan=False)


@lru_cache(maxsize=64)
def _batch(shape: Shape) -> Prepared:
    page = ids_of(shape, _next).subquery("page")
    dressed = (
        select(*EXPORTED)
        .select_from(page)
        .join(Customer, Customer.id == page.c.id)
        .join(Account, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
        .join(
            CustomerFacts,
            (CustomerFacts.network_id == Customer.network_id) & (CustomerFacts.customer_id == Customer.id),
        )
        .order_by(page.c.value)
        .limit(literal_column(str(BATCH)))
    )
    return Prepared(dressed, keeps_plan=False)


def _next(found: Select[Any]) -> Select[Any]:
    later = found.where(BY_NUMBER.value > bindparam("after", type_=BY_NUMBER.value.type))
    return later.order_by(BY_NUMBER.value).limit(literal_column(str(BATCH)))
