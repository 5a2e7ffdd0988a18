"""The library's client as we use it: once a call, a finite time, and nothing about us in its headers."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import stripe
from stripe import APIConnectionError, RateLimitError, RequestsClient, StripeClient, StripeError

from kernel.contracts.plugins import GatewayAway
from kernel.errors import N_
from services.billing.payment_gateways.stripe.config import StripeConfig
from services.billing.payment_gateways.stripe.reading import Json

TIMEOUT = (5.0, 20.0)  # seconds: to connect, to answer
A_PAGE = 100
MOST = 5_000  # objects that are looked through for one answer

KEY_REFUSED = N_("Stripe does not accept the secret key: see the settings of the gateway.")
BUSY = N_("Stripe takes no more orders for the moment.")

stripe.enable_telemetry = False
# It writes what was sent at its lower levels.
logging.getLogger("stripe").setLevel(logging.WARNING)


def client_of(config: StripeConfig) -> StripeClient:
    """Return a client that never calls twice by itself: our due work does, and asks before."""
    return StripeClient(
        config.secret_key.get_secret_value(),
        http_client=RequestsClient(timeout=TIMEOUT),
        base_addresses={"api": config.api_base},
        max_network_retries=0,
    )


@contextmanager
def asking() -> Iterator[None]:
    """Turn whatever keeps Stripe from answering a question into GatewayAway."""
    try:
        yield
    except StripeError as trouble:
        raise GatewayAway(_why(trouble)) from trouble


def _why(trouble: StripeError) -> str:
    if trouble.http_status in {401, 403}:
        return KEY_REFUSED
    if isinstance(trouble, APIConnectionError):
        return N_("Stripe cannot be reached.")
    if isinstance(trouble, RateLimitError):
        return BUSY
    # Of an answer that is not Stripe's nothing is shown: the address may be anybody's.
    message = details_of(trouble).get("message")
    return f"Stripe gave no answer: {message}" if message else N_("Stripe gave no answer that can be read.")


def code_of(trouble: StripeError) -> str:
    """Return Stripe's word for an error, the bank's own where there is one."""
    error = details_of(trouble)
    return str(error.get("decline_code") or error.get("code") or "")


def details_of(trouble: StripeError) -> Json:
    """Return the ``error`` of the answer; empty when there was none."""
    body = trouble.json_body
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def at_most(found: Iterable[Any]) -> Iterator[Json]:
    """Give what was found, newest first. Raises GatewayAway when that is more than can be looked through."""
    for number, one in enumerate(found):
        if number >= MOST:
            raise GatewayAway(f"There is more at Stripe than {MOST} objects to look through.")
        yield one.to_dict()
