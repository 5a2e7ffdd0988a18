"""The gateway ``stripe`` does what every gateway must, over real HTTP against the pretend provider."""

import pytest

from kernel.contracts.plugins import KeepsList, PaymentGateway
from tests.contracts.gateway_conformance import GatewayConformance
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


class TestStripe(GatewayConformance):
    @pytest.fixture
    def gateway(self, sandbox: Sandbox) -> PaymentGateway:
        return sandbox.gateway()

    def test_its_own_list_can_be_compared_with_ours(self, gateway: PaymentGateway) -> None:
        assert isinstance(gateway, KeepsList)
