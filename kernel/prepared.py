"""Statements that are asked all day: put into SQL once, with the network's criterion in them.

Asking the ORM costs three times what PostgreSQL needs for such a question, most of it for finding
out anew what SQL it is. Both tenancy locks hold here too: the criterion is in the SQL, and the
transaction has the network set.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import namedtuple_row
from sqlalchemy import BindParameter, bindparam
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql import Executable

from kernel.database import UnitOfWork
from kernel.tables import TenantScoped

TENANT: BindParameter[UUID] = bindparam("tenant")
DIALECT = dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


class Prepared:
    """A reading statement of columns, with ``bindparam`` where values go.

    ``keeps_plan`` lets PostgreSQL keep its plan: only where one plan suits every network and value.
    """

    def __init__(self, statement: Executable, *, keeps_plan: bool = True) -> None:
        one_network = with_loader_criteria(
            TenantScoped, lambda model: model.network_id == TENANT, include_aliases=True
        )
        compiled = statement.options(one_network).compile(dialect=DIALECT)  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self._keeps_plan = keeps_plan
        self._known = {name: value for name, value in compiled.params.items() if value is not None}

    def all(self, uow: UnitOfWork, **values: object) -> Sequence[Any]:
        """Return the rows for these values, as named tuples."""
        given = self._known | values | {"tenant": uow.network_id}
        driver = uow.driver
        driver.prepare_threshold = 0 if self._keeps_plan else None
        try:
            with driver.cursor(row_factory=namedtuple_row) as cursor:
                return cursor.execute(self.sql.encode(), given).fetchall()
        finally:
            driver.prepare_threshold = None

    def one_or_none(self, uow: UnitOfWork, **values: object) -> Any:
        """Return the first row for these values, if there is one."""
        found = self.all(uow, **values)
        return found[0] if found else None
