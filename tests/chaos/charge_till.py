"""Saved cards that are charged through the real API, until the answer has come."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from kernel.contracts.plugins import Method
from kernel.ids import new_id
from services.billing.models import Charge, LedgerBalance, Payment
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item
from services.billing.payments.methods import keep_method
from tests.background import RedisOnAPort
from tests.chaos.till import Till

AMOUNT = 19_900  # minor units


@dataclass
class ChargeTill:
    """A till that asks cards for money instead of giving it back."""

    till: Till
    asked: int = 0

    @property
    def broker(self) -> RedisOnAPort:
        return self.till.broker

    @property
    def repeated(self) -> int:
        return self.till.repeated

    def restart_postgres(self) -> None:
        self.till.restart_postgres()

    def ask(self, number: int) -> None:
        """Charge so many payments; whatever gets no answer is sent again with the same key."""
        for _ in range(number):
            self._ask(self.till.again(self._owed))
            self.asked += 1

    def _ask(self, payment_id: UUID) -> None:
        url = self.till.world.url("admin", f"/api/v1/payments/{payment_id}/charges")
        headers = {"Authorization": f"Bearer {self.till.key}", "Idempotency-Key": str(new_id())}
        # One of ten is sent twice, as impatient people do.
        wanted = 2 if self.asked % 10 == 0 else 1
        while wanted:
            answer = self.till.browser.send_json("POST", url, {}, headers=headers)
            assert answer.status in {202, 409, 503}, answer.text
            wanted -= answer.status == 202

    def _owed(self) -> UUID:
        customer, reference = self.till.sandbox.saved_card()
        with self.till.databases["billing"].unit_of_work(self.till.owner) as uow:
            customer_id = new_id()
            keep_method(uow, customer_id, "stripe", Method(reference, customer))
            items = [Item("Bas", AMOUNT)]
            return create_payment(
                uow, customer_id=customer_id, currency="SEK", items=items, gateway="stripe"
            ).id

    def undecided(self) -> int:
        """Return of how many charges it is not certain yet what became of them."""
        return self.till.again(lambda: self._count(Charge.settled_at.is_(None)))

    def interrupted(self) -> int:
        """Return how many charges took more than one attempt."""
        return self._count(Charge.attempts > 1)

    def _count(self, condition) -> int:  # type: ignore[no-untyped-def]
        with self.till.databases["billing"].unit_of_work(self.till.owner) as uow:
            return uow.session.scalar(select(func.count()).select_from(Charge).where(condition)) or 0

    def differences(self) -> list[str]:
        """Return where the provider's own list, the charges and the ledger do not agree to the unit."""
        came = [line["charge"] for line in self.till.sandbox.ledger("charge")]
        with self.till.databases["billing"].unit_of_work(self.till.owner) as uow:
            rows = uow.session.scalars(select(Charge)).all()
            owed = select(LedgerBalance.amount).where(LedgerBalance.account == "revenue")
            clearing = LedgerBalance.account.in_(("gateway_clearing", "fees"))
            booked = uow.session.scalar(select(func.sum(LedgerBalance.amount)).where(clearing))
            captured = uow.session.scalar(select(func.sum(Payment.captured)))
            asked_for = -(uow.session.scalar(owed) or 0)
        here = [row.reference for row in rows if row.status == "succeeded"]
        found = [f"{name} came at the provider and is not here" for name in sorted(set(came) - set(here))]
        found += [f"{name} is here and never came" for name in sorted(set(here) - set(came))]
        found += [f"{row.id} is {row.status}: {row.reason}" for row in rows if row.status != "succeeded"]
        sums = {len(came) * AMOUNT, len(here) * AMOUNT, int(booked or 0), int(captured or 0)}
        if sums != {self.asked * AMOUNT} or asked_for < self.asked * AMOUNT:
            found.append(f"{sums} was asked for, came and was booked, instead of {self.asked * AMOUNT}")
        return found
