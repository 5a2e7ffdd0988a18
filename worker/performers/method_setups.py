"""Have a page made on which a customer saves a way to pay, and learn whether he did."""

from kernel.auth import Identity
from kernel.contracts.plugins import GatewayAway
from kernel.database import Database
from kernel.work import Claim, Performer, Result
from services.billing.gateways.attempts import DELAYS
from services.billing.gateways.configured import GatewayNotReady, Gateways
from services.billing.models import MethodSetup
from services.billing.payments.setting_up import note_outcome, take_up


def method_setup_performer(gateways: Gateways) -> Performer:
    """Return the performer of such pages, for the gateways that are installed."""
    return Performer(
        kind="method_setup",
        home="billing",
        model=MethodSetup,
        perform=SettingUp(gateways),
        delays=DELAYS,
    )


class SettingUp:
    """Has one page made. Safe to run twice, or half: what may have arrived is asked for first."""

    def __init__(self, gateways: Gateways) -> None:
        self._gateways = gateways

    def __call__(self, home: Database, mine: Claim) -> Result:
        worker = Identity.worker(mine.network_id)
        try:
            with home.unit_of_work(worker) as uow:
                attempt = take_up(uow, self._gateways, mine)
            if attempt is None:
                return Result("done")
            outcome = attempt.carry_out()
        except (GatewayAway, GatewayNotReady) as reason:
            return Result("later", str(reason))
        with home.unit_of_work(worker) as uow:
            is_over = note_outcome(uow, mine, outcome)
        return Result("done" if is_over else "later", outcome.reason)
