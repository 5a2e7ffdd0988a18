"""Messages of payment gateways that wait to be looked into."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from kernel.contracts.plugins import Kind, Sought
from kernel.work import DueWork, work_indexes
from services.billing.models.base import Base, words_check


class GatewayMessage(DueWork, Base):
    """A webhook, kept before it was answered: what to look up at the gateway, and nothing that it claimed.

    ``external_id`` is the gateway's name for the message; the second of a name is the first again.
    """

    __tablename__ = "gateway_messages"
    __table_args__ = (
        *work_indexes("gateway_messages"),
        UniqueConstraint("network_id", "gateway", "external_id"),
        Index("ix_gateway_messages_received", "received_at"),
        words_check("kind", ("charge", "refund", "method", "dispute")),
    )

    gateway: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[Kind]
    key: Mapped[str]
    reference: Mapped[str]
    charge: Mapped[str]
    received_at: Mapped[datetime]

    @property
    def sought(self) -> Sought:
        return Sought(self.kind, key=self.key, reference=self.reference, charge=self.charge)
