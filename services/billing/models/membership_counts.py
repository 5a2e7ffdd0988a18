"""How many memberships stand how: what the tabs of their list say."""

from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.billing import MembershipStatus
from kernel.tables import TenantScoped
from services.billing.models.base import Base


class MembershipCount(TenantScoped, Base):
    """How many memberships have a status: the sum over its slots. Kept by triggers on ``memberships``.

    A slot per connection, so that two who change memberships at once rarely wait for each other.
    """

    __tablename__ = "membership_counts"

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[MembershipStatus] = mapped_column(Text(), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
