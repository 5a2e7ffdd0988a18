"""The network's payment gateways over HTTP."""

from flask import Response, current_app

from kernel.contracts.gateways import GatewayEdit, GatewayList, GatewayTestAsked
from kernel.web import answer, body, needs, unit_of_work
from services.billing.api.blueprint import api
from services.billing.gateway_checks import ask_check
from services.billing.gateway_settings import change_gateway, installed, show_gateway, show_gateways
from services.billing.gateways import Gateways


@api.get("/payment-gateways")
@needs("network.settings")
def payment_gateways() -> Response:
    with unit_of_work() as uow:
        return answer(GatewayList(items=show_gateways(uow, _gateways())))


@api.get("/payment-gateways/<name>")
@needs("network.settings")
def payment_gateway(name: str) -> Response:
    with unit_of_work() as uow:
        return answer(show_gateway(uow, _gateways(), name))


@api.put("/payment-gateways/<name>")
@needs("network.settings")
def change_payment_gateway(name: str) -> Response:
    edit = body(GatewayEdit)
    with unit_of_work() as uow:
        return answer(change_gateway(uow, _gateways(), name, edit))


@api.post("/payment-gateways/<name>/tests")
@needs("network.settings")
def test_payment_gateway(name: str) -> Response:
    installed(_gateways(), name)
    with unit_of_work() as uow:
        ask_check(uow, name)
    return answer(GatewayTestAsked(name=name), 202)


def _gateways() -> Gateways:
    found: Gateways = current_app.extensions["gateways"]
    return found
