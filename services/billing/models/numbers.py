"""The short numbers that people read: one running number a network and kind of thing."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from kernel.tables import TenantScoped
from services.billing.models.base import Base


class NumberSequence(TenantScoped, Base):
    """The last number given out; its row lock makes two who ask at once queue up."""

    __tablename__ = "number_sequences"

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
