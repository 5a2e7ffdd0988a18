"""A payment gateway that keeps a list, in memory: what it says has moved is what a test lets it say."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel

from kernel.contracts.plugins import (
    Dispute,
    GatewayAway,
    Movement,
    Notice,
    Order,
    Outcome,
    Sought,
)


class NoConfig(BaseModel):
    """It needs none."""


class ListingGateway:
    """Its list is shared by all that are made: it is the world outside."""

    Config: type[BaseModel] = NoConfig
    TITLE = "Listing"
    KEY_LIFETIME = None
    IS_MANUAL = False
    lines: ClassVar[list[Movement]] = []
    asked: ClassVar[list[str]] = []
    is_away: ClassVar[bool] = False

    def __init__(self, config: BaseModel) -> None:
        self.config = config

    def charge(self, order: Order) -> Outcome:
        return Outcome("unknown", key=order.key)

    def refund(self, order: Order) -> Outcome:
        return Outcome("unknown", key=order.key)

    def find(self, sought: Sought) -> Outcome | Dispute | None:
        """Answer from the list, whenever the movement was made."""
        self.asked.append(sought.reference)
        for line in self.lines:
            if line.kind == sought.kind and line.reference == sought.reference:
                return _as_found(line)
        return None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        return []

    def movements(self, since: datetime, until: datetime) -> Iterator[Movement]:
        if self.is_away:
            raise GatewayAway("It rains.")
        return (line for line in self.lines if since <= line.at < until)


def _as_found(line: Movement) -> Outcome | Dispute:
    if line.kind == "dispute":
        return Dispute(line.reference, line.charge, line.money, line.state)  # type: ignore[arg-type]
    return Outcome("succeeded", line.reference, money=line.money)
