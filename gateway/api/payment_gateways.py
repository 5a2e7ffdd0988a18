"""Payment gateways: their settings, whose secrets go in and never come out, and whether they answer."""

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.gateways import GatewayEdit, GatewayList, GatewayRead, GatewayTestAsked
from kernel.http import body


@blueprint.get("/payment-gateways")
@operation(scope="network.settings", answers=GatewayList)
def payment_gateways() -> GatewayList:
    """Every gateway that is installed, with the fields of its settings and what is set."""
    return api_services().billing.payment_gateways()


@blueprint.get("/payment-gateways/<name>")
@operation(scope="network.settings", answers=GatewayRead)
def payment_gateway(name: str) -> GatewayRead:
    """One gateway; `test_result` is what came of the newest test."""
    return api_services().billing.payment_gateway(name)


@blueprint.put("/payment-gateways/<name>")
@operation(scope="network.settings", body=GatewayEdit, answers=GatewayRead)
def change_payment_gateway(name: str) -> GatewayRead:
    """Replace the settings; secrets that are left out or empty stay. 409 when saved meanwhile."""
    return api_services().billing.change_payment_gateway(name, body(GatewayEdit))


@blueprint.post("/payment-gateways/<name>/tests")
@operation(scope="network.settings", is_begun=True, answers=GatewayTestAsked)
def test_payment_gateway(name: str) -> GatewayTestAsked:
    """Ask the gateway something harmless with its settings; read the gateway for what came of it."""
    return api_services().billing.test_payment_gateway(name)
