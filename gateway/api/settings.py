"""What the network's owner decides."""

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.sites import NetworkSettingsEdit, NetworkSettingsRead
from kernel.http import body


@blueprint.get("/network/settings")
@operation(scope="network.settings", answers=NetworkSettingsRead)
def network_settings() -> NetworkSettingsRead:
    """The settings of the network, and the version to save them with."""
    return api_services().sites.settings()


@blueprint.put("/network/settings")
@operation(scope="network.settings", body=NetworkSettingsEdit, answers=NetworkSettingsRead)
def change_network_settings() -> NetworkSettingsRead:
    """Replace the settings; 409 when somebody else saved them since that version."""
    return api_services().sites.change_settings(body(NetworkSettingsEdit))
