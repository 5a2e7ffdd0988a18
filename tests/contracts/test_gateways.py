"""Our own payment gateways do what every gateway must."""

import pytest

from kernel.contracts.plugins import PaymentGateway
from kernel.plugins import GATEWAYS, load_classes
from tests.contracts.gateway_conformance import GatewayConformance, order


class TestManual(GatewayConformance):
    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        found = load_classes(GATEWAYS, PaymentGateway)["manual"]
        return found(found.Config())

    def test_a_refund_by_hand_has_succeeded_when_it_is_written_down(self, gateway: PaymentGateway) -> None:
        assert gateway.refund(order()).state == "succeeded"
