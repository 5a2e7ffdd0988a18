"""What the worker notes of a refund: before its call to the gateway the order, after it the outcome."""

from collections.abc import Mapping, Sequence

from kernel.contracts.events import RefundGivenUp
from kernel.contracts.money import Money
from kernel.contracts.plugins import GatewayAway, Order, Outcome, Sought
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.work import Claim, Result, give_up, require_lease, retry_later
from services.billing.gateways.attempts import DELAYS, LOOK_AT_PENDING, Attempt, is_with_the_bank
from services.billing.gateways.configured import Gateways
from services.billing.locks import lock_refund
from services.billing.models import Payment, Refund
from services.billing.models.refunds import UNSETTLED_REFUNDS
from services.billing.refunds.money import doubt, note, told_of

DISPUTED = N_("The customer's bank disputes this payment, so that nothing more is given back.")


class RefundAttempt(Attempt):
    """An attempt to give back."""

    never_arrived = N_("The payment gateway never got this order: nothing was given back.")
    not_known_there = N_("The payment gateway does not know this refund any more.")

    def post(self) -> Outcome:
        return self.gateway.refund(self.order)

    def post_first(self) -> Outcome:
        """Post; when only the answer was lost, the gateway can mostly say so at once."""
        outcome = self.post()
        if outcome.state != "unknown":
            return outcome
        try:
            found = self.gateway.find(self.sought)
        except GatewayAway:
            return outcome
        return found if isinstance(found, Outcome) else outcome


def take_up(uow: UnitOfWork, gateways: Gateways, mine: Claim) -> RefundAttempt | None:
    """Note that the gateway is about to be called; None when nothing is to be done any more.

    Raises LeaseLost, GatewayNotReady. The caller commits this before he calls anybody.
    """
    payment, refund = lock_refund(uow, mine.id)
    if refund.status not in UNSETTLED_REFUNDS:
        return None
    require_lease(refund, mine)
    is_new = refund.status == "requested"
    if is_new and payment.status == "disputed":
        note(uow, payment, refund, Outcome("failed", reason=DISPUTED))
        return None
    gateway = gateways.open(uow, refund.gateway)
    if is_new:
        refund.status, refund.submitted_at, refund.failure = "submitting", uow.now, ""
        refund.key_expires_at = uow.now + gateway.KEY_LIFETIME if gateway.KEY_LIFETIME else None
    return RefundAttempt(
        gateway,
        _order(payment, refund, gateways.labels(uow.network_id, payment.number)),
        Sought("refund", key=refund.key, reference=refund.reference, charge=payment.gateway_reference),
        is_new=is_new,
        may_post=refund.key_expires_at is None or uow.now < refund.key_expires_at,
        had_arrived=refund.status == "pending",
    )


def note_outcome(uow: UnitOfWork, mine: Claim, outcome: Outcome, delays: Sequence[float] = DELAYS) -> Result:
    """Settle the refund, and its row of work with it; or say when the gateway is asked again.

    Raises LeaseLost, which undoes it: the row is locked while its lease is looked at.
    """
    payment, refund = lock_refund(uow, mine.id)
    require_lease(refund, mine)
    note(uow, payment, refund, outcome)
    if refund.status not in UNSETTLED_REFUNDS:
        return Result("done")
    return _ask_again(uow, payment, refund, mine, reason=outcome.reason, delays=delays)


def note_no_answer(uow: UnitOfWork, mine: Claim, reason: str, delays: Sequence[float] = DELAYS) -> Result:
    """Write down that the gateway could not say anything, and when it is asked again. Raises LeaseLost."""
    payment, refund = lock_refund(uow, mine.id)
    require_lease(refund, mine)
    if refund.status == "submitting":
        doubt(uow, payment, refund, reason)
    elif refund.status == "requested":
        refund.failure = reason
    return _ask_again(uow, payment, refund, mine, reason=reason, delays=delays)


def _ask_again(
    uow: UnitOfWork, payment: Payment, refund: Refund, mine: Claim, *, reason: str, delays: Sequence[float]
) -> Result:
    uow.session.flush()
    if is_with_the_bank(refund.status, refund.submitted_at or refund.created_at, uow.now):
        refund.attempts = 0
        retry_later(uow, Refund, mine, reason, seconds=LOOK_AT_PENDING)
    elif mine.attempts <= len(delays):
        retry_later(uow, Refund, mine, reason, seconds=delays[mine.attempts - 1])
    else:
        give_up(uow, Refund, mine, reason)
        uow.publish(RefundGivenUp(**told_of(payment, refund), reason=reason))
        return Result("dead", reason, is_written=True)
    return Result("later", reason, is_written=True)


def _order(payment: Payment, refund: Refund, labels: Mapping[str, str]) -> Order:
    """Return the order as it was the first time: a gateway refuses a key that comes with other terms."""
    return Order(
        key=refund.key,
        reference=payment.gateway_reference,
        money=Money(amount=refund.asked or refund.amount, currency=refund.currency),
        labels=labels,
    )
