"""Ask a payment gateway what it kept of a charge, when it could not say so at once."""

from kernel.auth import Identity
from kernel.contracts.plugins import GatewayAway, Outcome
from kernel.database import Database
from kernel.work import Claim, Performer, Result
from services.billing.gateways.configured import GatewayNotReady, Gateways
from services.billing.models import FeeQuestion
from services.billing.payments.fees import note_answer, take_up

HOUR, DAY = 3600, 86_400
DELAYS = (6 * HOUR, DAY, DAY, 3 * DAY, 7 * DAY)  # seconds
NOT_SAID = "The payment gateway has not said yet what it kept."


def fee_performer(gateways: Gateways) -> Performer:
    """Return the performer of questions about fees."""

    def ask(home: Database, mine: Claim) -> Result:
        worker = Identity.worker(mine.network_id)
        try:
            with home.unit_of_work(worker) as uow:
                gateway, sought = take_up(uow, gateways, mine)
            found = gateway.find(sought)
        except (GatewayAway, GatewayNotReady) as reason:
            return Result("later", str(reason))
        if not isinstance(found, Outcome) or found.is_fee_pending:
            return Result("later", NOT_SAID)
        with home.unit_of_work(worker) as uow:
            note_answer(uow, mine, found)
        return Result("done")

    return Performer(kind="fee", home="billing", model=FeeQuestion, perform=ask, delays=DELAYS)
