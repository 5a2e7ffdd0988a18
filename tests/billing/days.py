"""Memberships as time goes by: the clock is moved from one due moment to the next, and the worker works."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.billing import Period
from kernel.contracts.events import Event
from kernel.database import Database
from kernel.log import EventRow
from kernel.work import Performer, perform
from services.billing.agenda.run import wake_customer
from services.billing.memberships.lifecycle import activate_membership, start_membership
from services.billing.memberships.waiting import note_policy
from services.billing.models import Charge, Membership, MembershipAgenda, MembershipPeriod, Payment
from services.billing.payments.lifecycle import complete_payment
from services.billing.products.sale import Offer, create_product
from tests.billing.conftest import MONTHLY, sek
from worker.performers.memberships import membership as performer

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
PRICE = 19900


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be this moment, standing still."""
    with time_machine.travel(moment, tick=False):
        yield


@dataclass
class Days:
    """A network whose days go by as a test wants; ``now`` is where its clock stands."""

    billing: Database
    owner: Identity
    now: datetime = START
    charging: Performer | None = None
    pays: bool = False

    def found(self) -> None:
        """Let nothing wait for a verification, and offer a plan."""
        with at(self.now), self.billing.unit_of_work(self.owner) as uow:
            note_policy(uow, "never")
            self.product_id = create_product(
                uow, slug="bas", name="Bas", kind="plan", pricing="paid", offers=[Offer(sek(PRICE), MONTHLY)]
            ).id

    def start(self, customer_id: UUID, *, period: Period | None = MONTHLY, amount: int = PRICE,
              is_active: bool = True, **more: Any) -> UUID:  # fmt: skip
        """Begin a membership now, and activate it unless it is a trial or is to stay pending."""
        with at(self.now), self.billing.unit_of_work(self.owner) as uow:
            made = start_membership(
                uow, customer_id=customer_id, product_id=self.product_id, currency="SEK", period=period,
                agreed=sek(amount), **more,
            )  # fmt: skip
            uow.session.flush()
            if is_active and made.status == "pending":
                activate_membership(uow, made.id)
            return made.id

    def change(self, membership_id: UUID, **values: Any) -> None:
        """Change a membership's columns, as some use case would."""
        with at(self.now), self.billing.unit_of_work(self.owner) as uow:
            membership = uow.get(Membership, membership_id, lock=True)
            for name, value in values.items():
                setattr(membership, name, value)

    def go_to(self, moment: datetime) -> None:
        """Let time pass, the worker working at every moment at which something is due."""
        while (due := self._next_due()) is not None and max(due, self.now) <= moment:
            self.now = max(due, self.now)
            self.work()
        self.now = moment

    def jump_to(self, moment: datetime) -> None:
        """Let time pass with no worker about; when it is over, he catches up."""
        self.now = moment
        self.work()

    def work(self) -> int:
        """Let the worker do what is due now; return how many rows he had in hand."""
        done = 0
        with at(self.now):
            while rows := self._due():
                for row_id in rows:
                    done += perform(performer, self.billing, row_id)
                self._charge()
                self._pay()
        return done

    def wake(self, customer_id: UUID) -> None:
        """Do what the listener does that hears of a new method."""
        with at(self.now), self.billing.unit_of_work(self.owner) as uow:
            wake_customer(uow, customer_id)

    def _pay(self) -> None:
        """Let every customer pay what he was asked for, if they are such."""
        if not self.pays:
            return
        with self.billing.unit_of_work(self.owner) as uow:
            for payment_id in uow.session.scalars(
                select(Payment.id).where(Payment.status == "pending")
            ).all():
                complete_payment(uow, payment_id)

    def _charge(self) -> None:
        """Let the worker carry out what was asked for, if he has a gateway."""
        if self.charging is None:
            return
        with self.billing.unit_of_work(self.owner) as uow:
            asked = list(uow.session.scalars(select(Charge.id).where(Charge.status == "requested")))
        for charge_id in asked:
            perform(self.charging, self.billing, charge_id)

    def membership(self, membership_id: UUID) -> Membership:
        with self.billing.unit_of_work(self.owner) as uow:
            return uow.get(Membership, membership_id)

    def payments(self, membership_id: UUID | None = None) -> list[Payment]:
        with self.billing.unit_of_work(self.owner) as uow:
            every = select(Payment).order_by(Payment.created_at, Payment.number)
            mine = every.where(Payment.membership_id == membership_id) if membership_id else every
            return list(uow.session.scalars(mine))

    def periods(self, membership_id: UUID) -> list[tuple[str, datetime, datetime | None]]:
        with self.billing.unit_of_work(self.owner) as uow:
            mine = select(MembershipPeriod).where(MembershipPeriod.membership_id == membership_id)
            rows = uow.session.scalars(mine.order_by(MembershipPeriod.starts_at))
            return [(row.kind, row.starts_at, row.ends_at) for row in rows]

    def agenda(self, membership_id: UUID) -> MembershipAgenda:
        with self.billing.unit_of_work(self.owner) as uow:
            return uow.get(MembershipAgenda, membership_id)

    def told(self, *kinds: type[Event]) -> list[Any]:
        """Return the events of these kinds, in order."""
        with self.billing.unit_of_work(self.owner) as uow:
            types = {kind.model_fields["type"].default: kind for kind in kinds}
            rows = uow.session.scalars(
                select(EventRow).where(EventRow.type.in_(types)).order_by(EventRow.position)
            )
            return [types[row.type].model_validate(row.payload | {"type": row.type}) for row in rows]

    def _next_due(self) -> datetime | None:
        with self.billing.unit_of_work(self.owner) as uow:
            waiting = select(MembershipAgenda.due_at).where(MembershipAgenda.state == "due")
            return uow.session.scalar(waiting.order_by(MembershipAgenda.due_at).limit(1))

    def _due(self) -> list[UUID]:
        with self.billing.unit_of_work(self.owner) as uow:
            ready = select(MembershipAgenda.id).where(
                MembershipAgenda.state == "due", MembershipAgenda.due_at <= clock.now()
            )
            return list(uow.session.scalars(ready.order_by(MembershipAgenda.due_at)))


def after(moment: datetime, **delta: float) -> datetime:
    return moment + timedelta(**delta)
