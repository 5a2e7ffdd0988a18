"""The short numbers that people see, counted per network."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.customers.models.base import Base


class NumberSequence(TenantScoped, Base):
    """``last`` is the number given out most recently under ``name``."""

    __tablename__ = "number_sequences"

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
