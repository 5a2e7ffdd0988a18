"""Cash, bank transfer, goodwill: a person moves the money, we only write it down."""

from collections.abc import Mapping

from pydantic import BaseModel

from kernel.contracts.plugins import Order, Outcome


class ManualConfig(BaseModel):
    """What the customer is told about paying, e.g. a bank account number."""

    instructions: str = ""


class ManualGateway:
    """Keeps nothing and calls nobody, so every call may be repeated without harm."""

    Config: type[BaseModel] = ManualConfig

    def charge(self, order: Order) -> Outcome:
        """Wait: the money has arrived when a person says so."""
        return Outcome("pending", f"manual:{order.key}")

    def refund(self, order: Order) -> Outcome:
        """Agree: whoever records the refund has given the money back himself."""
        return Outcome("succeeded", f"manual:{order.key}")

    def find(self, key: str) -> Outcome | None:
        """Answer None: nothing was ever moved here, so asking again moves nothing twice."""
        return None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Outcome]:
        """Give nothing: a person sends no webhooks."""
        return []


gateway = ManualGateway()
