"""The network's payment gateways over HTTP, and what they send."""

import binascii
from base64 import b64decode

from flask import Response

from kernel.contracts.gateways import Delivery, GatewayEdit, GatewayList, GatewayNames, GatewayTestAsked
from kernel.errors import N_, BadRequest
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.billing.api.blueprint import api, installed_gateways
from services.billing.gateways.checks import ask_check
from services.billing.gateways.left_behind import left_behind
from services.billing.gateways.messages import take_message
from services.billing.gateways.settings import change_gateway, installed, show_gateway, show_gateways


@api.get("/payment-gateways")
@needs("network.settings")
def payment_gateways() -> Response:
    with unit_of_work() as uow:
        gateways = installed_gateways()
        return answer(GatewayList(items=show_gateways(uow, gateways), under_way=left_behind(uow, gateways)))


@api.get("/gateway-names")
@needs("billing.view")
def gateway_names() -> Response:
    return answer(GatewayNames(items=sorted(installed_gateways().plugins)))


@api.get("/payment-gateways/<name>")
@needs("network.settings")
def payment_gateway(name: str) -> Response:
    with unit_of_work() as uow:
        return answer(show_gateway(uow, installed_gateways(), name))


@api.put("/payment-gateways/<name>")
@needs("network.settings")
def change_payment_gateway(name: str) -> Response:
    edit = body(GatewayEdit)
    with unit_of_work() as uow:
        return answer(change_gateway(uow, installed_gateways(), name, edit))


@api.post("/payment-gateways/<name>/tests")
@needs("network.settings")
def test_payment_gateway(name: str) -> Response:
    installed(installed_gateways(), name)
    with unit_of_work() as uow:
        ask_check(uow, name)
    return answer(GatewayTestAsked(name=name), 202)


@api.post("/payment-gateways/<name>/messages")
@needs("webhooks.deliver")
def deliver_message(name: str) -> Response:
    given = body(Delivery)
    try:
        content = b64decode(given.body, validate=True)
    except binascii.Error as reason:
        raise BadRequest(N_("The body is no base64.")) from reason
    with unit_of_work() as uow:
        take_message(uow, installed_gateways(), name, given.headers, content)
    return nothing()
