"""What every table shares: column types, names of constraints, the network, versions and times."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel import clock
from kernel.errors import N_

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = "append only"
"""The comment of a table whose rows the runtime role may not change or delete; see ``atoll migrate``."""


def new_metadata() -> MetaData:
    """Return metadata whose constraints have predictable names."""
    return MetaData(naming_convention=NAMES)


class Conventions:
    """Which column a Python type becomes; mixed into the ``Base`` of each service."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        int: BigInteger(),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
    }


class KernelBase(Conventions, DeclarativeBase):
    """Tables that every service's database has: the events log and its cursors."""

    metadata = new_metadata()


class TenantScoped:
    """A row of one network. ``missing`` is the sentence when there is none with an id."""

    missing: ClassVar[str] = N_("There is nothing with this id.")

    network_id: Mapped[UUID] = mapped_column()


class Timestamped:
    """When the row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    modified_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Versioned:
    """Counts the changes of a row, so that nobody overwrites what he has not seen."""

    version: Mapped[int] = mapped_column(default=1)
