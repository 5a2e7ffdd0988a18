"""Cash, bank transfer, goodwill: a person moves the money, we only write it down."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from kernel.contracts.plugins import Dispute, Notice, Order, Outcome, Sought
from kernel.errors import N_


class ManualConfig(BaseModel):
    """What the customer is told about paying."""

    instructions: Annotated[
        str, Field(title=N_("How to pay"), description=N_("E.g. a bank account number."))
    ] = ""


class ManualGateway:
    """Keeps nothing and calls nobody, so every call may be repeated without harm."""

    Config: type[BaseModel] = ManualConfig
    TITLE = "Manual"
    KEY_LIFETIME = None
    IS_MANUAL = True

    def __init__(self, config: BaseModel) -> None:
        self.config = config

    def charge(self, order: Order) -> Outcome:
        """Wait: the money has arrived when a person says so."""
        return Outcome("pending", f"manual:{order.key}", key=order.key)

    def refund(self, order: Order) -> Outcome:
        """Agree: whoever asks for the refund gives the money back himself."""
        return Outcome("succeeded", f"manual:{order.key}", key=order.key, money=order.money)

    def find(self, sought: Sought) -> Outcome | Dispute | None:
        """Answer None: nothing was ever moved here, so asking again moves nothing twice."""
        return None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        """Give nothing: a person sends no webhooks."""
        return []
