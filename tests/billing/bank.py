"""A payment gateway that does what a test tells it to: the world, behind the door for plugins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import update

from kernel import clock
from kernel.config import Settings
from kernel.contracts.plugins import Dispute, GatewayAway, Notice, Order, Outcome, Sought
from kernel.database import Database, UnitOfWork
from kernel.sealing import Sealer
from kernel.work import Performer, perform
from services.billing.gateways.configured import Gateways
from services.billing.models import GatewaySettings, Payment, Refund
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from tests.billing.conftest import Open, sek
from worker.performers.refunds import refund_performer

NAME = "bank"
CHARGE = "ch_1"


class BankConfig(BaseModel):
    """It needs none."""


@dataclass
class Bank:
    """What it carried out, by key; ``answers`` says what it tells, ``state`` what becomes of an order.

    ``lost``: carried out, and the answer lost. ``never``: the order is lost on its way there.
    """

    answers: str = "well"
    state: str = "succeeded"
    is_away: bool = False
    posts: list[Order] = field(default_factory=list)
    questions: list[Sought] = field(default_factory=list)
    made: dict[str, Outcome] = field(default_factory=dict)
    on_post: Callable[[], None] = lambda: None

    def refund(self, order: Order) -> Outcome:
        self.posts.append(order)
        self.on_post()
        if self.answers != "never" and order.key not in self.made:
            self.made[order.key] = Outcome(
                self.state,  # type: ignore[arg-type]
                f"re_{len(self.made) + 1}",
                reason="The card is closed." if self.state == "failed" else "",
                key=order.key,
                charge=order.reference,
                money=order.money,
            )
        if self.answers in {"lost", "never"}:
            return Outcome("unknown", reason="No answer came.", key=order.key)
        return self.made[order.key]

    def find(self, sought: Sought) -> Outcome | None:
        self.questions.append(sought)
        if self.is_away:
            raise GatewayAway("The bank is closed.")
        named = [one for one in self.made.values() if one.reference == sought.reference]
        return self.made.get(sought.key) or (named[0] if named else None)

    def decide(self, state: str, reason: str = "") -> None:
        """Let all that was made become so."""
        for key, one in self.made.items():
            self.made[key] = replace(one, state=state, reason=reason)  # type: ignore[arg-type]


def plugin_of(bank: Bank, lifetime: timedelta | None) -> type:
    """Return the plugin whose gateways all lead to this bank."""

    class Plugin:
        Config: type[BaseModel] = BankConfig
        TITLE = "Bank"
        KEY_LIFETIME = lifetime
        IS_MANUAL = False

        def __init__(self, config: BaseModel) -> None: ...

        def charge(self, order: Order) -> Outcome:
            return Outcome("unknown", key=order.key)

        def refund(self, order: Order) -> Outcome:
            return bank.refund(order)

        def find(self, sought: Sought) -> Outcome | Dispute | None:
            return bank.find(sought)

        def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
            return []

    return Plugin


@dataclass(frozen=True)
class Desk:
    """A network with a payment through the bank, and the worker that performs its refunds."""

    bank: Bank
    billing: Database
    opened: Open
    performer: Performer

    def work(self, refund_id: UUID, times: int = 1) -> None:
        """Perform the refund so often, as if each time it were due."""
        for _ in range(times):
            self.make_due(refund_id)
            perform(self.performer, self.billing, refund_id)

    def make_due(self, refund_id: UUID) -> None:
        due = update(Refund).where(Refund.id == refund_id, Refund.state == "due")
        with self.opened() as uow:
            uow.session.execute(due.values(due_at=clock.now()))

    def refund(self, refund_id: UUID) -> Refund:
        with self.opened() as uow:
            return uow.get(Refund, refund_id)

    def payment(self, payment_id: UUID) -> Payment:
        with self.opened() as uow:
            return uow.get(Payment, payment_id)


def make_desk(bank: Bank, settings: Settings, billing: Database, opened: Open) -> Desk:
    """Set the bank up in the network of ``opened``."""
    gateways = Gateways(Sealer(settings), {NAME: plugin_of(bank, timedelta(hours=23))})
    with opened() as uow:
        uow.add(GatewaySettings(network_id=uow.network_id, gateway=NAME, is_enabled=True))
    return Desk(bank, billing, opened, refund_performer(gateways))


def paid_through_the_bank(
    uow: UnitOfWork,
    customer_id: UUID,
    *,
    amount: int = 1000,
    membership_id: UUID | None = None,
    reference: str = CHARGE,
) -> Payment:
    """A payment that came through the bank."""
    payment = create_payment(
        uow,
        customer_id=customer_id,
        currency="SEK",
        items=[Item("Bas", amount)],
        gateway=NAME,
        membership_id=membership_id,
    )
    return complete_payment(uow, payment.id, reference=reference)


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def desk(bank: Bank, settings: Settings, billing: Database, opened: Open) -> Desk:
    return make_desk(bank, settings, billing, opened)


__all__ = ["CHARGE", "NAME", "Bank", "Desk", "bank", "desk", "make_desk", "paid_through_the_bank", "sek"]
