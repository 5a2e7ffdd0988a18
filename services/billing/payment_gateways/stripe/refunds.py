"""Why Stripe refused a refund: asked of the charge itself, and said in a sentence."""

from dataclasses import replace

from stripe import StripeClient

from kernel.contracts.plugins import GatewayAway, Order, Outcome, Sought
from kernel.errors import N_
from services.billing.amounts import in_words
from services.billing.payment_gateways.stripe.amounts import from_stripe
from services.billing.payment_gateways.stripe.client import asking
from services.billing.payment_gateways.stripe.finding import Finder
from services.billing.payment_gateways.stripe.reading import Json, inner

DISPUTED = N_("The customer's bank disputes this charge: what is to be given back is settled there.")
ALL_REFUNDED = N_("All of this charge has been refunded at Stripe already.")


def explained(client: StripeClient, finder: Finder, outcome: Outcome, order: Order) -> Outcome:
    """Return the refusal with its reason; or the refund, if Stripe had it under our key all along.

    A key that Stripe has forgotten makes a second request of a retry: what is gone may have gone by ours.
    """
    if outcome.state != "failed" or outcome.code == "key_refused":
        return outcome
    try:
        with asking():
            charge = finder.intent_of(order.reference)
        made = finder.find(Sought("refund", key=order.key, charge=charge))
        return made if isinstance(made, Outcome) else _with_reason(outcome, order, _charge(client, charge))
    except GatewayAway as away:
        return replace(outcome, state="unknown", reason=str(away), is_final=False)


def _charge(client: StripeClient, reference: str) -> Json:
    with asking():
        if reference.startswith("pi_"):
            intent = client.v1.payment_intents.retrieve(reference, {"expand": ["latest_charge"]})
            return inner(intent.to_dict(), "latest_charge")
        return client.v1.charges.retrieve(reference).to_dict()


def _with_reason(outcome: Outcome, order: Order, charge: Json) -> Outcome:
    if charge.get("disputed"):
        return replace(outcome, reason=DISPUTED, code="charge_disputed", is_final=True)
    if charge.get("refunded"):
        return replace(outcome, reason=ALL_REFUNDED, code="charge_already_refunded", is_final=True)
    left = int(charge.get("amount_captured") or 0) - int(charge.get("amount_refunded") or 0)
    if charge and order.money.amount > (rest := from_stripe(left, charge["currency"])).amount:
        reason = f"Only {in_words(rest)} is left of this charge at Stripe."
        return replace(outcome, reason=reason, code="more_than_left", is_final=True)
    return outcome
