"""The orders a list of customers can have, and the place of a cursor in them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, literal_column, tuple_

from kernel.contracts.customers import CustomersSort
from kernel.cursors import Cursor, NumberCursor, TextCursor, TimeCursor
from kernel.tables import TenantScoped
from services.customers.models import Customer, CustomerFacts
from services.customers.models.customers import signed_in

BESIDE_ID = bindparam("beside_id", type_=Uuid)


@dataclass(frozen=True)
class Order:
    """By ``value``, then by ``id``; ``table`` is whose index holds both."""

    table: type[TenantScoped]
    value: ColumnElement[Any]
    id: ColumnElement[Any]
    is_descending: bool
    cursor: type[Cursor]

    def page(self, found: Select[Any], *, beside: bool, backwards: bool, most: int) -> Select[Any]:
        """Return the first rows of the list, or those ``beside`` the parameters' row, in one direction.

        ``most`` stands in the SQL: a plan made without knowing it prepares for a tenth of the table.
        """
        descending = self.is_descending != backwards
        if beside:
            here = tuple_(self.value, self.id)
            there = tuple_(bindparam("beside_value", type_=self.value.type), BESIDE_ID)
            found = found.where(here < there if descending else here > there)
        return found.order_by(*self.columns(descending)).limit(literal_column(str(most)))

    def columns(self, descending: bool) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return what to order by."""
        return (self.value.desc(), self.id.desc()) if descending else (self.value.asc(), self.id.asc())


def _column(attribute: Any) -> ColumnElement[Any]:
    column: ColumnElement[Any] = attribute.expression
    return column


_ID = _column(Customer.id)
ORDERS: dict[CustomersSort, Order] = {
    "newest": Order(Customer, _column(Customer.created_at), _ID, True, TimeCursor),
    "name": Order(Customer, _column(Customer.sort_name), _ID, False, TextCursor),
    "last_sign_in": Order(Customer, signed_in(), _ID, True, TimeCursor),
    "spent": Order(
        CustomerFacts,
        _column(CustomerFacts.spent_sort),
        _column(CustomerFacts.customer_id),
        True,
        NumberCursor,
    ),
}
