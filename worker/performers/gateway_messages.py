"""Look into a message of a payment gateway: ask the gateway what is true now, and let it take effect."""

from kernel.auth import Identity
from kernel.contracts.plugins import GatewayAway, PaymentGateway, Sought
from kernel.database import Database
from kernel.work import Claim, Performer, Result, finish
from services.billing.gateways.configured import GatewayNotReady, Gateways
from services.billing.gateways.news import take_news
from services.billing.models import GatewayMessage
from services.billing.refunds.imports import ChargeNotKnownYet, NoRoomYet
from services.billing.refunds.money import WentAfterAll

DELAYS = (5, 30, 300, 3600, 14_400, 43_200, 86_400)  # seconds


def gateway_message(gateways: Gateways) -> Performer:
    """Return the performer of messages."""
    return Performer(
        kind="gateway_message",
        home="billing",
        model=GatewayMessage,
        perform=_Looking(gateways),
        delays=DELAYS,
    )


class _Looking:
    """Two transactions, and none is open while the gateway is asked. Safe to run twice, and in any order."""

    def __init__(self, gateways: Gateways) -> None:
        self._gateways = gateways

    def __call__(self, home: Database, mine: Claim) -> Result:
        try:
            gateway, name, sought = self._take_up(home, mine)
            found = gateway.find(sought)
        except (GatewayAway, GatewayNotReady) as reason:
            return Result("later", str(reason))
        try:
            with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
                take_news(uow, name, sought, found)
                finish(uow, GatewayMessage, mine)
        except (NoRoomYet, ChargeNotKnownYet) as reason:
            return Result("later", str(reason))
        except WentAfterAll as reason:
            return Result("dead", str(reason))
        return Result("done")

    def _take_up(self, home: Database, mine: Claim) -> tuple[PaymentGateway, str, Sought]:
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            message = uow.get(GatewayMessage, mine.id)
            return self._gateways.open(uow, message.gateway), message.gateway, message.sought
