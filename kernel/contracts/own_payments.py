"""Payments and ways to pay as the site owner whose they are sees them."""

from datetime import datetime
from uuid import UUID

from kernel.contracts.billing import ChargeStatus, PaymentRow
from kernel.contracts.common import Contract
from kernel.contracts.payments import PaymentMethod


class OwnPayment(PaymentRow):
    """A row of his list. ``is_open``: it waits to be paid."""

    due_at: datetime | None
    is_open: bool


class OwnPayments(Contract):
    """A page, newest first, and the cursor of the next."""

    items: list[OwnPayment]
    after: str | None


class CardPage(Contract):
    """A page of the payment gateway's on which a card is saved, how far it is, and where, once it is made.

    ``status`` None: none was asked for. ``can_save``: a gateway can make one.
    """

    status: ChargeStatus | None
    page: str
    reason: str
    can_save: bool


class Renewing(Contract):
    """A membership that is charged by itself."""

    id: UUID
    number: int
    product: str


class OwnMethods(Contract):
    """His ways to pay, the one that is charged first; and what renews by itself with them."""

    items: list[PaymentMethod]
    renewing: list[Renewing]
    card_page: CardPage
