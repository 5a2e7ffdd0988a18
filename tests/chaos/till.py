"""An installation of its own that takes and gives back cards' money, whose servers may be torn away."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from uuid import UUID

from sqlalchemy import func, select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.contracts.money import Money
from kernel.contracts.plugins import Order
from kernel.database import SERVICES, Database, DatabaseAway
from kernel.embedded.folder import prepare
from kernel.embedded.postgres import Postgres
from kernel.embedded.process import end
from kernel.ids import new_id
from kernel.migrations import migrate
from sandbox.payments.app import Provider
from services.billing.gateways.configured import Gateways
from services.billing.memberships.waiting import note_policy
from services.billing.models import GatewaySettings, LedgerBalance, Payment, Refund
from services.billing.networks import note_network
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from tests.background import RedisOnAPort, own_redis
from tests.flows.browser import Browser
from tests.flows.stack import Stack
from tests.flows.world import World, make_world
from tests.payment_sandbox import Sandbox

PARTS = 4  # refunds of a payment
PART = 2_000  # minor units; a payment is of five, so that one too many has room


@dataclass
class Till:
    """Charges cards, and asks for money back through the real API until the answer has come."""

    settings: Settings
    postgres: Postgres
    broker: RedisOnAPort
    sandbox: Sandbox
    world: World
    databases: dict[str, Database]
    key: str
    browser: Browser
    asked: int = 0
    repeated: int = 0
    _open: list[UUID] = field(default_factory=list)

    def ask(self, number: int) -> None:
        """Ask for so many refunds; whatever gets no answer is sent again with the same key."""
        for _ in range(number):
            self._ask(self._next_payment())
            self.asked += 1

    def _ask(self, payment_id: UUID) -> None:
        url = self.world.url("admin", f"/api/v1/payments/{payment_id}/refunds")
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(new_id())}
        body = {"amount": {"amount": PART, "currency": "SEK"}, "reason": "chaos"}
        # One of ten is sent twice, as impatient people do.
        wanted = 2 if self.asked % 10 == 0 else 1
        while wanted:
            answer = self.browser.send_json("POST", url, body, headers=headers)
            assert answer.status in {202, 409, 503}, answer.text
            wanted -= answer.status == 202
            self.repeated += answer.status != 202

    def _next_payment(self) -> UUID:
        if not self._open:
            self._open = [self._charge()] * PARTS
        return self._open.pop()

    def _charge(self) -> UUID:
        customer, method = self.sandbox.saved_card()
        money = Money(amount=5 * PART, currency="SEK")
        order = Order(key=f"charge:{new_id()}", reference=method, money=money, customer=customer)
        charged = self.sandbox.gateway().charge(order)
        assert charged.state == "succeeded"
        return self.again(lambda: self._paid(charged.reference))

    def _paid(self, reference: str) -> UUID:
        with self.databases["billing"].unit_of_work(self.owner) as uow:
            payment = create_payment(
                uow,
                customer_id=new_id(),
                currency="SEK",
                items=[Item("Bas", 5 * PART)],
                gateway="stripe",
            )
            return complete_payment(uow, payment.id, reference=reference).id

    @property
    def owner(self) -> Identity:
        return Identity(self.world.network_id, "command", ROLES["owner"])

    def restart_postgres(self) -> None:
        """Break off every transaction and end PostgreSQL, and start it again."""
        end(self.postgres.process.pid, signal.SIGINT, signal.SIGQUIT)
        self.postgres.process.wait()
        self.postgres.process = self.postgres._start(durable=False)

    def undecided(self) -> int:
        """Return of how many refunds it is not certain yet what became of them."""
        return self.again(self._undecided)

    def _undecided(self) -> int:
        with self.databases["billing"].unit_of_work(self.owner) as uow:
            open_ones = select(func.count()).select_from(Refund).where(Refund.settled_at.is_(None))
            return uow.session.scalar(open_ones) or 0

    def differences(self) -> list[str]:
        """Return where the provider's own list, the refund rows and the ledger do not agree to the unit."""
        there = {line["reference"]: line["amount"] for line in self.sandbox.ledger("refund")}
        with self.databases["billing"].unit_of_work(self.owner) as uow:
            rows = uow.session.scalars(select(Refund)).all()
            booked = uow.session.scalar(
                select(LedgerBalance.amount).where(LedgerBalance.account == "refunds")
            )
            refunded = uow.session.scalar(select(func.sum(Payment.refunded)))
            reserved = uow.session.scalar(select(func.sum(Payment.reserved)))
        here = {row.reference: row.amount for row in rows if row.status == "succeeded"}
        found = [
            f"{name} went at the provider and is not here" for name in sorted(there.keys() - here.keys())
        ]
        found += [f"{name} is here and never went" for name in sorted(here.keys() - there.keys())]
        found += [f"{row.id} is {row.status}: {row.failure}" for row in rows if row.status != "succeeded"]
        sums = {sum(there.values()), sum(here.values()), booked or 0, int(refunded or 0), int(reserved or 0)}
        if sums != {self.asked * PART}:
            found.append(f"{sums} was asked for, went and was booked, instead of {self.asked * PART}")
        return found

    def interrupted(self) -> int:
        """Return how many refunds took more than one attempt."""
        with self.databases["billing"].unit_of_work(self.owner) as uow:
            again = select(func.count()).select_from(Refund).where(Refund.attempts > 1)
            return uow.session.scalar(again) or 0

    def again(self, act):  # type: ignore[no-untyped-def]
        """Do it until the database is there."""
        while True:
            try:
                return act()
            except DatabaseAway:
                continue


@contextmanager
def open_till(settings: Settings, folder: Path) -> Iterator[Till]:
    """Start PostgreSQL, Redis, the provider, the services and the gateway for one test alone."""
    postgres = Postgres(prepare(folder / "servers"), durable=False)
    provider = Provider(folder / "payments", "127.0.0.1", 0)
    Thread(target=provider.serve, daemon=True).start()
    try:
        with own_redis() as broker:
            own = settings.model_copy(
                update={
                    "database_url": type(settings.database_url)(postgres.url),
                    "redis_url": type(settings.redis_url)(broker.url),
                    "api_limit": "100000 per minute",
                }
            )
            migrate(own)
            databases = {name: Database.of(own, name) for name in SERVICES}
            stack = Stack(own)
            stack.start()
            yield _till(stack, databases, postgres, broker, Sandbox(f"http://127.0.0.1:{provider.port}"))
            stack.stop()
            for database in databases.values():
                database.close()
    finally:
        provider.stop()
        postgres.stop()


def _till(
    stack: Stack, databases: dict[str, Database], postgres: Postgres, broker: RedisOnAPort, sandbox: Sandbox
) -> Till:
    world = make_world(stack, databases)
    with databases["billing"].unit_of_work(world.command) as uow:
        note_policy(uow, "never")
        note_network(uow, name="Demo", currency="SEK", locale="en", time_zone="Europe/Stockholm")
        config = Gateways.of(stack.settings).seal(uow.network_id, "stripe", sandbox.settings)
        uow.add(GatewaySettings(gateway="stripe", is_enabled=True, is_default=True, config=config))
    return Till(
        stack.settings, postgres, broker, sandbox, world, databases, world.api_key("all"), world.browser()
    )
