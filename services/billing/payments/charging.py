"""What the worker writes down around its call to a gateway: what is ordered, and the outcome."""

from collections.abc import Mapping

from kernel.contracts.plugins import Order, Outcome, Sought
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.work import Claim, require_lease
from services.billing.gateways.attempts import Attempt
from services.billing.gateways.configured import Gateways
from services.billing.locks import lock_charge
from services.billing.models import Charge, Payment, PaymentMethod
from services.billing.models.payments import OPEN
from services.billing.networks import name_of
from services.billing.payments.charges import settle_charge
from services.billing.payments.methods import gateway_customer
from services.billing.payments.under_way import end_charge


class ChargeAttempt(Attempt):
    """An attempt to charge."""

    never_arrived = N_("The payment gateway never got this order: nothing was charged.")
    not_known_there = N_("The payment gateway does not know this charge any more.")

    def post(self) -> Outcome:
        return self.gateway.charge(self.order)


def take_up(uow: UnitOfWork, gateways: Gateways, mine: Claim) -> ChargeAttempt | None:
    """Note that the gateway is about to be called; None when nothing is to be done any more.

    Raises LeaseLost, GatewayNotReady. The caller commits this before he calls anybody.
    """
    payment, charge = lock_charge(uow, mine.id)
    require_lease(charge, mine)
    if charge.status in {"succeeded", "failed"}:
        end_charge(uow, charge)
        return None
    is_new = charge.status == "requested"
    if is_new and payment.status not in OPEN:
        # It was paid on an older page meanwhile.
        charge.status = "cancelled"
        end_charge(uow, charge)
        return None
    gateway = gateways.open(uow, charge.gateway)
    if is_new:
        charge.status, charge.submitted_at, charge.modified_at = "submitting", uow.now, uow.now
        charge.key_expires_at = uow.now + gateway.KEY_LIFETIME if gateway.KEY_LIFETIME else None
    return ChargeAttempt(
        gateway,
        _order(uow, payment, charge, gateways.labels(uow.network_id, payment.number)),
        Sought("charge", key=charge.key, reference=charge.reference),
        is_new=is_new,
        may_post=charge.key_expires_at is None or uow.now < charge.key_expires_at,
        had_arrived=charge.status in {"waiting", "pending", "cancelled"},
    )


def note_outcome(uow: UnitOfWork, mine: Claim, outcome: Outcome) -> bool:
    """Settle the charge, and its row of work with it; False when it is to be asked after again.

    Raises LeaseLost, which undoes it: the row is locked while its lease is looked at.
    """
    _payment, charge = lock_charge(uow, mine.id)
    require_lease(charge, mine)
    settle_charge(uow, mine.id, outcome)
    return charge.state == "done"


def _order(uow: UnitOfWork, payment: Payment, charge: Charge, labels: Mapping[str, str]) -> Order:
    """Return the order as it was the first time: a gateway refuses a key that comes with other terms."""
    method = uow.get(PaymentMethod, charge.method_id) if charge.method_id else None
    known = method.gateway_customer if method else gateway_customer(uow, payment.customer_id, charge.gateway)
    return Order(
        key=charge.key,
        reference=method.reference if method else "",
        money=charge.money,
        customer=known,
        description=f"{name_of(uow)} #{payment.number}".strip(),
        return_to=charge.return_to,
        language=charge.language,
        labels=labels,
    )
