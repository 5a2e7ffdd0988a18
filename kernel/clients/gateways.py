"""The payment gateways of a network, as their settings are read and changed."""

from kernel.clients.base import ServiceClient
from kernel.contracts.gateways import (
    Delivery,
    GatewayEdit,
    GatewayList,
    GatewayNames,
    GatewayRead,
    GatewayTestAsked,
)


class GatewaySettingsCalls(ServiceClient):
    """Which gateways there are, with which settings, and whether they answer."""

    def payment_gateways(self) -> GatewayList:
        """Return every gateway that is installed."""
        return self._get("/v1/payment-gateways", GatewayList)

    def gateway_names(self) -> list[str]:
        """Return what the gateways that are installed are called by the services."""
        return self._get("/v1/gateway-names", GatewayNames).items

    def payment_gateway(self, name: str) -> GatewayRead:
        """Return one. Raises NotFound."""
        return self._get(f"/v1/payment-gateways/{name}", GatewayRead)

    def change_payment_gateway(self, name: str, edit: GatewayEdit) -> GatewayRead:
        """Replace its settings. Raises Conflict when saved meanwhile, Invalid with the fields."""
        return self._send("PUT", f"/v1/payment-gateways/{name}", edit, GatewayRead)

    def test_payment_gateway(self, name: str) -> GatewayTestAsked:
        """Have the worker ask it. Raises NotFound."""
        return self._send("POST", f"/v1/payment-gateways/{name}/tests", None, GatewayTestAsked)

    def deliver_message(self, name: str, delivery: Delivery) -> None:
        """Hand a webhook on. Raises NotFound when nobody listens, BadRequest when it is not believed."""
        self._tell("POST", f"/v1/payment-gateways/{name}/messages", delivery)
