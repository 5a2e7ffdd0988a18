"""Links to pay by, and to save a card by: sent, and found again."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.money import Money


class PayLinkOrder(Contract):
    """What the message says of the payment; the gateway has asked billing for it."""

    payment_id: UUID
    number: int
    total: Money
    due_on: date | None = None


class PayLinkToken(Contract):
    """The secret of a link."""

    token: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class PayLinkFound(Contract):
    """Which payment a link is for."""

    payment_id: UUID
    customer_id: UUID


class CardLinkFound(Contract):
    """Whose card a link saves."""

    customer_id: UUID
