"""Pages of the pretend provider on which a customer saves a card, and the worker that has them made."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.config import Settings
from kernel.work import Performer, perform
from services.billing.gateways.configured import Gateways
from services.billing.models import MethodSetup, PaymentMethod
from services.billing.payments.method_setups import request_setup
from services.billing.payments.methods import kept_methods
from tests.billing.till import Till
from worker.performers.method_setups import method_setup_performer

BACK = "https://admin.demo.example/links/card/back"


@dataclass(frozen=True)
class CardPages:
    """Asks for such pages for the till's customer."""

    till: Till
    performer: Performer

    def ask(self, return_to: str = BACK) -> UUID:
        with self.till.billing.unit_of_work(self.till.owner) as uow:
            return request_setup(uow, self.till.customer_id, return_to=return_to, language="sv").id

    def work(self, setup_id: UUID, *, after: timedelta = timedelta()) -> bool:
        """Let the worker have a turn, some time from now."""
        with time_machine.travel(clock.now() + after, tick=True):
            return perform(self.performer, self.till.billing, setup_id)

    def waiting(self) -> MethodSetup:
        """Ask for a page, and have it made."""
        setup_id = self.ask()
        self.work(setup_id)
        return self.read(setup_id)

    def read(self, setup_id: UUID) -> MethodSetup:
        with self.till.billing.unit_of_work(self.till.owner) as uow:
            return uow.get(MethodSetup, setup_id)

    def every(self) -> list[MethodSetup]:
        with self.till.billing.unit_of_work(self.till.owner) as uow:
            return list(uow.session.scalars(select(MethodSetup).order_by(MethodSetup.id)))

    def kept(self) -> list[PaymentMethod]:
        with self.till.billing.unit_of_work(self.till.owner) as uow:
            return kept_methods(uow, self.till.customer_id)


def card_pages(till: Till, settings: Settings) -> CardPages:
    return CardPages(till, method_setup_performer(Gateways.of(settings)))
