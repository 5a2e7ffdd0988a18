"""What every payment gateway must do; a plugin's author runs these tests on his own.

In the plugin's test suite:

    from tests.contracts.gateway_conformance import GatewayConformance

    class TestMyGateway(GatewayConformance):
        @pytest.fixture
        def gateway(self):
            return MyGateway(MyConfig(...))      # against the provider's sandbox, never real money
"""

from datetime import timedelta
from typing import get_args, get_type_hints

import pytest
from pydantic import BaseModel

from kernel.contracts.money import Money
from kernel.contracts.plugins import Order, Outcome, PaymentGateway, Sought, WebhookNotValid
from kernel.ids import new_id

STATES = get_args(get_type_hints(Outcome)["state"])


def order(reference: str = "") -> Order:
    return Order(
        key=f"conformance:{new_id()}",
        reference=reference,
        money=Money(amount=1000, currency="SEK"),
        email="customer@example.org",
        return_to="https://example.org/paid",
    )


class GatewayConformance:
    """Subclass it and give it a fixture ``gateway``."""

    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        raise NotImplementedError("Give the gateway to be tested in a fixture called `gateway`.")

    def test_its_settings_can_be_drawn_as_a_form(self, gateway: PaymentGateway) -> None:
        assert issubclass(gateway.Config, BaseModel)
        assert gateway.Config.model_json_schema()["type"] == "object"

    def test_a_charge_ends_in_a_known_state_and_has_a_reference(self, gateway: PaymentGateway) -> None:
        outcome = gateway.charge(order())

        assert outcome.state in STATES
        assert outcome.reference or outcome.state in {"failed", "unknown"}

    def test_the_same_key_moves_money_once(self, gateway: PaymentGateway) -> None:
        once = order()

        assert gateway.charge(once).reference == gateway.charge(once).reference

    def test_a_refund_that_is_repeated_is_the_same_refund(self, gateway: PaymentGateway) -> None:
        charged = gateway.charge(order())
        once = order(reference=charged.reference)

        first, second = gateway.refund(once), gateway.refund(once)

        assert first.state in STATES
        assert first.reference == second.reference

    def test_two_orders_are_two_movements(self, gateway: PaymentGateway) -> None:
        assert gateway.charge(order()).reference != gateway.charge(order()).reference

    def test_a_key_it_never_saw_is_not_found(self, gateway: PaymentGateway) -> None:
        assert gateway.find(Sought("charge", key=order().key)) is None
        assert gateway.find(Sought("refund", key=order().key)) is None

    def test_it_says_what_it_is(self, gateway: PaymentGateway) -> None:
        assert gateway.TITLE
        assert gateway.KEY_LIFETIME is None or timedelta(0) < gateway.KEY_LIFETIME
        assert gateway.IS_MANUAL in {True, False}

    def test_a_webhook_that_is_not_its_own_moves_nothing(self, gateway: PaymentGateway) -> None:
        try:
            notices = gateway.read_webhook({"Content-Type": "application/json"}, b"{}")
        except WebhookNotValid:
            notices = []

        assert notices == []
