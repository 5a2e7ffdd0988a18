"""The custom fields of a network; their values stand with each customer, in ``Customer.custom``."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped, Versioned
from kernel.work import DueWork, work_indexes
from services.customers.models.base import Base


class CustomField(TenantScoped, Timestamped, Versioned, Base):
    """A definition. ``label`` and ``help``: ``{"en": "", "sv": ""}``; ``choices``: as in the contract."""

    __tablename__ = "custom_fields"
    __table_args__ = (
        UniqueConstraint("network_id", "key"),
        CheckConstraint(
            "kind IN ('text', 'number', 'date', 'yes_no', 'choice', 'choices', 'url')", name="kind"
        ),
    )
    missing = N_("There is no such custom field.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    label: Mapped[dict[str, Any]]
    help: Mapped[dict[str, Any]]
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    is_required: Mapped[bool]
    is_listed: Mapped[bool]
    is_searchable: Mapped[bool]
    is_active: Mapped[bool]
    position: Mapped[int]


class FieldUpkeep(DueWork, Base):
    """A definition has changed: its values are to be forgotten, or customers found by them anew.

    ``reached``: the last customer it was done for.
    """

    __tablename__ = "field_upkeeps"
    __table_args__ = work_indexes("field_upkeeps")

    key: Mapped[str]
    forgets: Mapped[bool]
    reached: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
