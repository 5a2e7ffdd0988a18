"""What an error of Stripe's says about money: that surely none moved, or that nobody knows."""

from stripe import CardError, IdempotencyError, RateLimitError, StripeError

from kernel.contracts.plugins import Order, Outcome
from kernel.errors import N_
from services.billing.payment_gateways.stripe.client import BUSY, KEY_REFUSED, code_of, details_of
from services.billing.payment_gateways.stripe.declines import is_final

MAY_HEAL = frozenset({"balance_insufficient"})


def outcome_of(trouble: StripeError, order: Order) -> Outcome:
    """Return what an order came to that Stripe answered with an error, or not at all.

    A time-out, a 5xx, the same key at work or sent with another body: unknown. So is a rate limit, although
    nothing moved: unknown is what is asked and sent again, while "failed" would blame the customer's card.
    """
    status = trouble.http_status or 0
    if isinstance(trouble, RateLimitError):
        return _unknown(order, BUSY, "rate_limit")
    if isinstance(trouble, IdempotencyError) or status == 409 or not 400 <= status < 500:
        return _unknown(order, N_("Stripe did not say what became of it."), code_of(trouble))
    if status in {401, 403}:
        return Outcome("failed", reason=KEY_REFUSED, code="key_refused", key=order.key, labels=order.labels)
    return _refused(trouble, order)


def _unknown(order: Order, reason: str, code: str) -> Outcome:
    return Outcome("unknown", reason=reason, code=code, key=order.key, labels=order.labels)


def _refused(trouble: StripeError, order: Order) -> Outcome:
    details, code = details_of(trouble), code_of(trouble)
    intent = details.get("payment_intent")
    is_card = isinstance(trouble, CardError)
    return Outcome(
        "failed",
        str(intent["id"]) if isinstance(intent, dict) else "",
        reason=str(details.get("message") or N_("Stripe refused the order.")),
        code=code,
        is_final=is_final(code, str(details.get("advice_code") or "")) if is_card else code not in MAY_HEAL,
        key=order.key,
        labels=order.labels,
    )
