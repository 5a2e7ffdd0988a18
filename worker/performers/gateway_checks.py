"""Ask a payment gateway something harmless, with the network's settings, and note what it answered."""

from pydantic import ValidationError

from kernel.auth import Identity
from kernel.contracts.plugins import GatewayAway, PaymentGateway, Sought
from kernel.database import Database
from kernel.errors import N_
from kernel.ids import new_id
from kernel.sealing import SealBroken
from kernel.work import Claim, Performer, Result
from services.billing.gateways.checks import note_check, settings_version
from services.billing.gateways.configured import GatewayNotReady, Gateways
from services.billing.models import GatewayCheck


def gateway_check(gateways: Gateways) -> Performer:
    """Return the performer of checks; a check that fails says so, and is not tried again by itself."""
    return Performer(
        kind="gateway_check", home="billing", model=GatewayCheck, perform=_Check(gateways), delays=()
    )


class _Check:
    """Two transactions, and none is open while the gateway is asked."""

    def __init__(self, gateways: Gateways) -> None:
        self._gateways = gateways

    def __call__(self, home: Database, mine: Claim) -> Result:
        worker = Identity.worker(mine.network_id)
        with home.unit_of_work(worker) as uow:
            name = uow.get(GatewayCheck, mine.id).gateway
            version = settings_version(uow, name)
            try:
                gateway, result = self._gateways.open(uow, name), ""
            except (GatewayNotReady, SealBroken) as reason:
                gateway, result = None, str(reason)
            except ValidationError:
                gateway, result = None, N_("The settings are not complete.")
        if gateway is not None:
            result = ask(gateway)
        with home.unit_of_work(worker) as uow:
            note_check(uow, mine, name, version=version, result=result)
        return Result("done")


def ask(gateway: PaymentGateway) -> str:
    """Look for something that is not there; return what kept the gateway from saying so."""
    try:
        gateway.find(Sought("charge", key=f"check:{new_id()}"))
    except GatewayAway as reason:
        return str(reason)
    return ""
