"""The payment gateway ``stripe``, behind the door ``atoll.payment_gateways``."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel
from stripe import StripeError

from kernel.contracts.plugins import Dispute, Movement, Notice, Order, Outcome, Sought
from kernel.errors import N_
from services.billing.payment_gateways.stripe import listing, orders
from services.billing.payment_gateways.stripe.amounts import AmountNotPossible
from services.billing.payment_gateways.stripe.client import client_of
from services.billing.payment_gateways.stripe.config import StripeConfig
from services.billing.payment_gateways.stripe.finding import Finder
from services.billing.payment_gateways.stripe.reading import read_intent, read_refund, read_session
from services.billing.payment_gateways.stripe.refunds import explained
from services.billing.payment_gateways.stripe.refusals import outcome_of
from services.billing.payment_gateways.stripe.webhooks import read_webhook


class StripeGateway:
    """Every call is made once; a key makes it safe to call again within a day."""

    Config: type[BaseModel] = StripeConfig
    TITLE = "Stripe"
    # Stripe may forget keys that are 24 hours old; an hour is left for the two clocks.
    KEY_LIFETIME = timedelta(hours=23)
    IS_MANUAL = False

    def __init__(self, config: BaseModel) -> None:
        self._config = cast("StripeConfig", config)
        self._client = client_of(self._config)
        self._finder = Finder(self._client)

    def charge(self, order: Order) -> Outcome:
        """Charge the saved method; without one, or for nothing, give a page of Stripe's."""
        try:
            if order.reference and order.money.amount:
                return read_intent(
                    self._post(
                        self._client.v1.payment_intents, order, orders.saved_method(self._config, order)
                    )
                )
            page = orders.pay_page(self._config, order) if order.money.amount else orders.setup_page(order)
            return read_session(self._post(self._client.v1.checkout.sessions, order, page))
        except AmountNotPossible as reason:
            return _impossible(order, str(reason))
        except StripeError as trouble:
            return outcome_of(trouble, order)

    def refund(self, order: Order) -> Outcome:
        """Give money of a charge back; what Stripe refuses is explained by what is left there."""
        try:
            charge = self._finder.intent_of(order.reference)
            if not charge:
                return _impossible(order, N_("Nothing was paid on this page of Stripe's."))
            return read_refund(self._post(self._client.v1.refunds, order, orders.refund(order, charge)))
        except AmountNotPossible as reason:
            return _impossible(order, str(reason))
        except StripeError as trouble:
            return explained(self._client, self._finder, outcome_of(trouble, order), order)

    def find(self, sought: Sought) -> Outcome | Dispute | None:
        """Look up what became of something. Raises GatewayAway when Stripe cannot say."""
        return self._finder.find(sought)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        """Return what a message is about. Raises WebhookNotValid."""
        return read_webhook(self._config.webhook_secret, headers, body)

    def movements(self, since: datetime, until: datetime) -> Iterator[Movement]:
        """Give what Stripe says has moved. Raises GatewayAway."""
        return listing.movements(self._client, since, until)

    def _post(self, service: Any, order: Order, params: orders.Params) -> dict[str, Any]:
        made: dict[str, Any] = service.create(params, {"idempotency_key": order.key}).to_dict()
        return made


def _impossible(order: Order, reason: str) -> Outcome:
    return Outcome(
        "failed", reason=reason, code="not_possible", is_final=True, key=order.key, labels=order.labels
    )
