"""Lists that are too long for one transaction: a batch at a time, each in one of its own."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel

from kernel.database import UnitOfWork, Units

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Page(Protocol[R_co]):
    """A page of a list, and the cursor of the next; None: there is none."""

    @property
    def items(self) -> Sequence[R_co]: ...
    @property
    def after(self) -> str | None: ...


def batches(units: Units, read: Callable[[UnitOfWork, R | None], Sequence[R]]) -> Iterator[Sequence[R]]:
    """Give what ``read`` returns behind the last row of the batch before, until nothing is left.

    The first time it reads behind None. Whoever takes the batches slowly holds no transaction open.
    """
    last: R | None = None
    while True:
        with units() as uow:
            batch = read(uow, last)
        if not batch:
            return
        yield batch
        last = batch[-1]


def pages(units: Units, read: Callable[[UnitOfWork, str | None], Page[R_co]]) -> Iterator[Sequence[R_co]]:
    """Give the items of each page that ``read`` returns behind a cursor; the first is behind None."""
    after: str | None = None
    while True:
        with units() as uow:
            page = read(uow, after)
        yield page.items
        after = page.after
        if after is None:
            return


def narrowed_to(asked: BaseModel) -> dict[str, str]:
    """Return what of a query narrows anything, as text: what is told of who takes a list along."""
    return {name: str(value) for name, value in asked.model_dump(exclude_defaults=True).items()}
