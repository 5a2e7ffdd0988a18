"""What is posted for an order: a charge of a saved method, a page to pay on, a page to save a method on."""

from typing import Any

from kernel.contracts.plugins import Order
from services.billing.payment_gateways.stripe.amounts import to_stripe
from services.billing.payment_gateways.stripe.config import StripeConfig
from services.billing.payment_gateways.stripe.reading import INTENT, KEY, PAGE, REFUND, SESSION, by_charge

Params = dict[str, Any]

LANGUAGES = frozenset({"da", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "sv"})


def saved_method(config: StripeConfig, order: Order) -> Params:
    """Return a PaymentIntent that charges a saved method while the customer is away."""
    return {
        "amount": to_stripe(order.money),
        "currency": order.money.currency.lower(),
        "payment_method": order.reference,
        "confirm": True,
        "off_session": True,
        "metadata": _metadata(order),
        "expand": INTENT,
        **_given(customer=order.customer, description=order.description),
        **_statement(config),
    }


def pay_page(config: StripeConfig, order: Order) -> Params:
    """Return a page where the customer pays, and the method is saved for later."""
    product = {"name": order.description or "Payment"}
    price = {
        "currency": order.money.currency.lower(),
        "unit_amount": to_stripe(order.money),
        "product_data": product,
    }
    intent = {"metadata": _metadata(order) | {PAGE: "yes"}, "setup_future_usage": "off_session"}
    return _page(order) | {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_intent_data": intent | _given(description=order.description) | _statement(config),
    }


def setup_page(order: Order) -> Params:
    """Return a page where the customer saves a way to pay, and pays nothing."""
    return _page(order) | {
        "mode": "setup",
        "currency": order.money.currency.lower(),
        "setup_intent_data": {"metadata": _metadata(order)} | _given(description=order.description),
    }


def refund(order: Order, reference: str) -> Params:
    """Return a refund of ``reference``, an intent (``pi_...``) or a charge (``ch_...``)."""
    return {
        **by_charge(reference),
        "amount": to_stripe(order.money),
        "metadata": _metadata(order),
        "expand": REFUND,
    }


def _page(order: Order) -> Params:
    known = {"customer": order.customer} if order.customer else {"customer_creation": "always"}
    email = {} if order.customer else _given(customer_email=order.email)
    return {
        "success_url": order.return_to,
        "cancel_url": order.return_to,
        "client_reference_id": order.key,
        "locale": order.language if order.language in LANGUAGES else "auto",
        "metadata": _metadata(order),
        "expand": SESSION,
        **known,
        **email,
    }


def _metadata(order: Order) -> dict[str, str]:
    return {**order.labels, KEY: order.key}


def _statement(config: StripeConfig) -> Params:
    return _given(statement_descriptor_suffix=config.statement)


def _given(**named: str) -> Params:
    return {name: value for name, value in named.items() if value}
