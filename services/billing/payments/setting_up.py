"""What the worker writes down around its call for a page to save a card on: the order, and the outcome."""

from kernel.contracts.money import Money
from kernel.contracts.plugins import Order, Outcome, Sought
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.work import Claim, require_lease
from services.billing.gateways.attempts import Attempt
from services.billing.gateways.configured import Gateways
from services.billing.models import MethodSetup
from services.billing.networks import name_of
from services.billing.payments.method_setups import end_setup, settle_setup
from services.billing.payments.methods import gateway_customer


class SetupAttempt(Attempt):
    """An attempt to have a page made."""

    never_arrived = N_("The payment gateway never got this order: no page was made.")
    not_known_there = N_("The payment gateway does not know this page any more.")

    def post(self) -> Outcome:
        return self.gateway.charge(self.order)


def take_up(uow: UnitOfWork, gateways: Gateways, mine: Claim) -> SetupAttempt | None:
    """Note that the gateway is about to be called; None when nothing is to be done any more.

    Raises LeaseLost, GatewayNotReady. The caller commits this before he calls anybody.
    """
    setup = uow.get(MethodSetup, mine.id, lock=True)
    require_lease(setup, mine)
    if setup.status in {"succeeded", "failed"}:
        end_setup(uow, setup)
        return None
    gateway = gateways.open(uow, setup.gateway)
    is_new = setup.status == "requested"
    if is_new:
        setup.status, setup.submitted_at, setup.modified_at = "submitting", uow.now, uow.now
        setup.key_expires_at = uow.now + gateway.KEY_LIFETIME if gateway.KEY_LIFETIME else None
    return SetupAttempt(
        gateway,
        _order(uow, setup, gateways),
        Sought("method", key=setup.key, reference=setup.reference),
        is_new=is_new,
        may_post=setup.key_expires_at is None or uow.now < setup.key_expires_at,
        had_arrived=setup.status in {"waiting", "pending", "cancelled"},
    )


def note_outcome(uow: UnitOfWork, mine: Claim, outcome: Outcome) -> bool:
    """Settle the page, and its row of work with it; False when it is to be asked after again.

    Raises LeaseLost, which undoes it: the row is locked while its lease is looked at.
    """
    setup = uow.get(MethodSetup, mine.id, lock=True)
    require_lease(setup, mine)
    settle_setup(uow, mine.id, outcome)
    return setup.state == "done"


def _order(uow: UnitOfWork, setup: MethodSetup, gateways: Gateways) -> Order:
    """Return the order as it was the first time: a gateway refuses a key that comes with other terms."""
    return Order(
        key=setup.key,
        reference="",
        money=Money(amount=0, currency=setup.currency),
        customer=gateway_customer(uow, setup.customer_id, setup.gateway),
        description=name_of(uow),
        return_to=setup.return_to,
        language=setup.language,
        labels=gateways.labels(uow.network_id),
    )
