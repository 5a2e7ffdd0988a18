"""Whose a row is, told by the names of its columns: found, counted and deleted without a list of tables.

A table that is added later takes part by naming its owner as the others do.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import DeclarativeBase

from kernel.database import UnitOfWork


class Belongings:
    """The tables of one service whose columns name an owner, children before their parents.

    ``kept`` are tables that stay when the owner goes; each has its reason where it is listed.
    """

    def __init__(
        self, base: type[DeclarativeBase], *columns: str, kept: Collection[str] = frozenset()
    ) -> None:
        models = {mapper.class_.__tablename__: mapper.class_ for mapper in base.registry.mappers}
        ordered = [models[table.name] for table in reversed(base.metadata.sorted_tables)]
        self._models = {
            model: named
            for model in ordered
            if model.__tablename__ not in kept
            and (named := [column for column in columns if hasattr(model, column)])
        }

    def count(self, uow: UnitOfWork, owner: Mapping[str, Collection[UUID]]) -> dict[str, int]:
        """Return how many rows each table has of the owner, ``{"mails": 14}``; none, no entry."""
        counted = {
            model.__tablename__: uow.session.scalar(
                select(func.count()).select_from(model).where(_of(model, named, owner))
            )
            for model, named in self._models.items()
        }
        return {table: number for table, number in counted.items() if number}

    def delete(self, uow: UnitOfWork, owner: Mapping[str, Collection[UUID]]) -> None:
        """Delete every row of the owner: ``{"customer_id": [...], "account_id": [...]}``."""
        uow.session.flush()
        for model, named in self._models.items():
            gone = delete(model).where(_of(model, named, owner))
            uow.session.execute(gone.execution_options(synchronize_session=False))
        uow.session.expire_all()


def _of(
    model: type[DeclarativeBase], named: list[str], owner: Mapping[str, Collection[UUID]]
) -> ColumnElement[bool]:
    return or_(*(getattr(model, column).in_(owner.get(column, ())) for column in named))
