"""A network that takes cards through the pretend provider, and the worker's performer beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.plugins import Method
from kernel.database import Database
from kernel.ids import new_id
from kernel.log import EventRow
from kernel.work import Performer, perform
from services.billing.gateways.configured import Gateways
from services.billing.memberships.waiting import note_policy
from services.billing.models import Charge, GatewaySettings, LedgerEntry, Payment
from services.billing.networks import note_network
from services.billing.payments.charges import request_charge
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item
from services.billing.payments.methods import keep_method
from tests.payment_sandbox import Sandbox
from worker.performers.charges import charge_performer

CARD = "4242424242424242"
DECLINED = "4000000000000341"
BACK = "https://admin.demo.example/links/pay/back"


@dataclass(frozen=True)
class Till:
    """Makes payments and gets their money; everything is as it is in an installation."""

    sandbox: Sandbox
    billing: Database
    owner: Identity
    performer: Performer
    customer_id: UUID

    def saved_card(self, number: str = CARD) -> UUID:
        """Save a card at the provider and here; return its method."""
        customer, reference = self.sandbox.saved_card(number)
        with self.billing.unit_of_work(self.owner) as uow:
            method = Method(reference, customer, brand="visa", last4=number[-4:])
            return keep_method(uow, self.customer_id, "stripe", method).id

    def payment(self, amount: int = 19900, **more: object) -> UUID:
        with self.billing.unit_of_work(self.owner) as uow:
            items = [Item("Bas", amount)]
            made = create_payment(
                uow, customer_id=self.customer_id, currency="SEK", items=items, gateway="stripe", **more
            )  # type: ignore[arg-type]
            return made.id

    def charge(self, payment_id: UUID, **how: object) -> UUID:
        with self.billing.unit_of_work(self.owner) as uow:
            return request_charge(uow, payment_id, **how).id  # type: ignore[arg-type]

    def page(self, payment_id: UUID) -> UUID:
        """Ask for a page to pay on, and have it made."""
        charge_id = self.charge(payment_id, return_to=BACK, language="sv")
        self.work(charge_id)
        return charge_id

    def work(self, charge_id: UUID, *, after: timedelta = timedelta()) -> bool:
        """Let the worker have a turn, some time from now."""
        with time_machine.travel(clock.now() + after, tick=True):
            return perform(self.performer, self.billing, charge_id)

    def read(self, charge_id: UUID) -> Charge:
        with self.billing.unit_of_work(self.owner) as uow:
            return uow.get(Charge, charge_id)

    def read_payment(self, payment_id: UUID) -> Payment:
        with self.billing.unit_of_work(self.owner) as uow:
            return uow.get(Payment, payment_id)

    def payments(self) -> list[Payment]:
        with self.billing.unit_of_work(self.owner) as uow:
            return list(uow.session.scalars(select(Payment).order_by(Payment.number)))

    def booked(self, payment_id: UUID) -> list[str]:
        """Return what was booked of a payment, in order."""
        with self.billing.unit_of_work(self.owner) as uow:
            mine = select(LedgerEntry.act).where(LedgerEntry.payment_id == payment_id)
            return list(uow.session.scalars(mine.order_by(LedgerEntry.id)))

    def happened(self, type_of_event: str) -> list[dict[str, object]]:
        """Return what was told of that type, in order."""
        told = select(EventRow.payload).where(EventRow.type == type_of_event).order_by(EventRow.position)
        with self.billing.unit_of_work(self.owner) as uow:
            return list(uow.session.scalars(told))

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        """Let the gateway's settings be gone for a while."""
        with self.billing.unit_of_work(self.owner) as uow:
            found = uow.session.scalars(select(GatewaySettings)).one()
            uow.session.delete(found)
        yield
        with self.billing.unit_of_work(self.owner) as uow:
            uow.session.merge(found)


def open_till(sandbox: Sandbox, settings: Settings, billing: Database, owner: Identity) -> Till:
    """Set the gateway up with the provider's settings, as its form does."""
    with billing.unit_of_work(owner) as uow:
        note_policy(uow, "never")
        note_network(uow, name="Demo", currency="SEK", locale="en", time_zone="Europe/Stockholm")
        uow.add(
            GatewaySettings(
                gateway="stripe",
                is_enabled=True,
                is_default=True,
                config=Gateways.of(settings).seal(uow.network_id, "stripe", sandbox.settings),
                version=1,
                test_result="",
            )
        )
    return Till(sandbox, billing, owner, charge_performer(Gateways.of(settings)), new_id())
