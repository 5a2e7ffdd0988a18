"""Notes: what admins write down about a customer, for each other."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped, Versioned
from services.customers.models.base import Base


class Note(TenantScoped, Timestamped, Versioned, Base):
    """``author_id``: the account or API key that wrote it; ``text`` is Markdown."""

    __tablename__ = "customer_notes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "customer_id"], ["customers.network_id", "customers.id"], ondelete="CASCADE"
        ),
        Index("ix_customer_notes_customer", "network_id", "customer_id", "created_at", "id"),
    )
    missing = N_("There is no such note.")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    author: Mapped[str]
    author_id: Mapped[UUID | None]
    text: Mapped[str]
