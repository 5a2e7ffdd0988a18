"""How many sites there are of each type and state: what the tabs of their list say."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.sites import SiteState, SiteType
from kernel.tables import TenantScoped
from services.sites.models.base import Base


class SiteCount(TenantScoped, Base):
    """How many sites of a type have a state: the sum over its slots. Kept by triggers on ``sites``.

    A slot per connection, so that two who change sites at once rarely wait for each other.
    """

    __tablename__ = "site_counts"

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[SiteType] = mapped_column(primary_key=True)
    state: Mapped[SiteState] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
