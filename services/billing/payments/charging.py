"""What the worker writes down around its call to a gateway: what is ordered, and the outcome."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.contracts.events import ChargeGivenUp
from kernel.contracts.plugins import Order, Outcome, Sought
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.work import Claim, Result, give_up, require_lease, retry_later
from services.billing.gateways.attempts import DELAYS, LOOK_AT_PENDING, Attempt, is_with_the_bank
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


def note_outcome(uow: UnitOfWork, mine: Claim, outcome: Outcome, delays: Sequence[float] = DELAYS) -> Result:
    """Settle the charge, and its row of work with it; or say when the gateway is asked again.

    Raises LeaseLost, which undoes it: the row is locked while its lease is looked at.
    """
    payment, charge = lock_charge(uow, mine.id)
    require_lease(charge, mine)
    settle_charge(uow, mine.id, outcome)
    if charge.state == "done":
        return Result("done")
    return _ask_again(uow, payment, charge, mine, reason=outcome.reason, delays=delays)


def note_no_answer(uow: UnitOfWork, mine: Claim, reason: str, delays: Sequence[float] = DELAYS) -> Result:
    """Write down that the gateway could not say anything, and when it is asked again. Raises LeaseLost."""
    payment, charge = lock_charge(uow, mine.id)
    require_lease(charge, mine)
    charge.reason, charge.modified_at = reason, uow.now
    return _ask_again(uow, payment, charge, mine, reason=reason, delays=delays)


def told_of(payment: Payment, charge: Charge) -> dict[str, Any]:
    """Return what every event of an attempt says."""
    return {
        "charge_id": charge.id,
        "payment_id": payment.id,
        "customer_id": payment.customer_id,
        "number": payment.number,
        "amount": charge.money,
    }


def _ask_again(
    uow: UnitOfWork, payment: Payment, charge: Charge, mine: Claim, *, reason: str, delays: Sequence[float]
) -> Result:
    uow.session.flush()
    if is_with_the_bank(charge.status, charge.submitted_at or charge.created_at, uow.now):
        charge.attempts = 0
        retry_later(uow, Charge, mine, reason, seconds=LOOK_AT_PENDING)
    elif mine.attempts <= len(delays):
        retry_later(uow, Charge, mine, reason, seconds=delays[mine.attempts - 1])
    else:
        give_up(uow, Charge, mine, reason)
        uow.publish(ChargeGivenUp(**told_of(payment, charge), reason=reason))
        return Result("dead", reason, is_written=True)
    return Result("later", reason, is_written=True)


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
