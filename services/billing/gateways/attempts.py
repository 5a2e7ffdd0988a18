"""One attempt to move money: an order that may have arrived is asked for before it is posted once more."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from kernel.contracts.plugins import Dispute, GatewayAway, Order, Outcome, PaymentGateway, Sought

DAY = 86_400
DELAYS = (300, 3600, DAY, DAY, DAY, DAY, DAY)
"""Seconds until the gateway is asked what became of it; after the last time a person is needed."""
BANKS_TAKE = timedelta(days=30)  # after that a person has to ask
LOOK_AT_PENDING = 6 * 3600  # seconds


def is_with_the_bank(status: str, begun: datetime, now: datetime) -> bool:
    """Whether a bank may still decide: the gateway has it, so there is nothing to lose by asking on."""
    return status == "pending" and now < begun + BANKS_TAKE


@dataclass(frozen=True)
class Attempt(ABC):
    """An order that was written down and committed, with what may be done about it now."""

    never_arrived: ClassVar[str]
    not_known_there: ClassVar[str]

    gateway: PaymentGateway
    order: Order
    sought: Sought
    is_new: bool
    may_post: bool
    had_arrived: bool

    def carry_out(self) -> Outcome:
        """Call the gateway; an order that it may have had is asked for before it is posted once more.

        Raises GatewayAway. It is posted under the same key always, and never after the key's time.
        """
        if self.is_new:
            return self.post_first()
        found = self.gateway.find(self.sought)
        if isinstance(found, Outcome):
            return found
        if isinstance(found, Dispute) or self.had_arrived:
            raise GatewayAway(self.not_known_there)
        if self.may_post:
            return self.post()
        return Outcome("failed", reason=self.never_arrived, code="never_arrived", key=self.order.key)

    @abstractmethod
    def post(self) -> Outcome:
        """Hand the order to the gateway."""

    def post_first(self) -> Outcome:
        """Hand over an order that nobody can have had yet."""
        return self.post()
