"""Pages of a list by keyset: what comes after a row, or before it, at the price of one page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_

from kernel.cursors import Cursor, CursorNotValid
from kernel.errors import N_

R = TypeVar("R")


class Asked(Protocol):
    """What of a query says which page is wanted."""

    @property
    def limit(self) -> int: ...
    @property
    def after(self) -> str | None: ...
    @property
    def before(self) -> str | None: ...


@dataclass(frozen=True)
class Page(Generic[R]):
    """The rows of a page, and the cursors of its neighbours; None: there is none."""

    rows: Sequence[R]
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Order(Generic[R]):
    """``columns`` decide, the last of them unique; all go the same way.

    ``place`` gives their values in a row, in the order of the columns; the last is the cursor's ``id``.
    """

    list: str
    columns: tuple[ColumnElement[Any], ...]
    cursor: type[Cursor]
    place: Callable[[R], Cursor]
    is_descending: bool = False

    def narrowed(self, found: Select[Any], asked: Asked) -> Select[Any]:
        """Return the statement of one page, with one row more than it shows. Raises CursorNotValid."""
        descending = self.is_descending != bool(asked.before)
        if beside := self._beside(asked):
            here, there = tuple_(*self.columns), tuple_(*self._values(beside))
            found = found.where(here < there if descending else here > there)
        ways = [column.desc() if descending else column.asc() for column in self.columns]
        return found.order_by(*ways).limit(asked.limit + 1)

    def page(self, found: Sequence[R], asked: Asked) -> Page[R]:
        """Return the page that these rows of ``narrowed`` are."""
        rows, has_more = found[: asked.limit], len(found) > asked.limit
        if asked.before:
            rows = rows[::-1]
        if not rows:
            return Page(rows, None, None)
        first, last = self.place(rows[0]).written(), self.place(rows[-1]).written()
        goes_back = bool(asked.before)
        return Page(
            rows,
            before=first if (has_more if goes_back else asked.after) else None,
            after=last if goes_back or has_more else None,
        )

    def _beside(self, asked: Asked) -> Cursor | None:
        if asked.after and asked.before:
            sentence = N_("Go on or back, not both at once.")
            raise CursorNotValid(sentence, fields={"before": sentence})
        field = "before" if asked.before else "after"
        given = asked.before or asked.after
        return self.cursor.read(given, of=self.list, field=field) if given else None

    def _values(self, beside: Cursor) -> tuple[Any, ...]:
        value = beside.value if isinstance(beside.value, tuple) else (beside.value,)
        return (*value, beside.id)
