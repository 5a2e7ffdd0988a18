"""The network itself, and what its owner decides."""

from flask import Blueprint, Response

from kernel.contracts.sites import NetworkSettingsEdit
from kernel.web import answer, body, needs, unit_of_work
from services.sites import settings
from services.sites.sites import network_of

api = Blueprint("networks", __name__, url_prefix="/v1")


@api.get("/network")
@needs("sites.view", "hosts.resolve")
def network() -> Response:
    with unit_of_work() as uow:
        return answer(network_of(uow).contract)


@api.get("/network/settings")
@needs("network.settings")
def show_settings() -> Response:
    with unit_of_work() as uow:
        return answer(settings.show_settings(uow))


@api.put("/network/settings")
@needs("network.settings")
def change_settings() -> Response:
    edit = body(NetworkSettingsEdit)
    with unit_of_work() as uow:
        return answer(settings.change_settings(uow, edit.settings, version=edit.version))
