"""Get the money of a payment: call the gateway with no transaction open, then note what it said."""

from collections.abc import Sequence

from kernel.auth import Identity
from kernel.contracts.plugins import GatewayAway
from kernel.database import Database
from kernel.work import Claim, Performer, Result
from services.billing.gateways.attempts import DELAYS, Attempt
from services.billing.gateways.configured import NOT_THERE, GatewayNotReady, Gateways
from services.billing.models import Charge
from services.billing.payments.charging import note_no_answer, note_outcome, take_up


def charge_performer(gateways: Gateways, delays: Sequence[float] = DELAYS) -> Performer:
    """Return the performer of charges, for the gateways that are installed."""
    return Performer(
        kind="charge",
        home="billing",
        model=Charge,
        perform=Charging(gateways, delays),
        delays=delays,
    )


class Charging:
    """Carries one charge out. Safe to run twice, or half: what may have arrived is asked for first."""

    def __init__(self, gateways: Gateways, delays: Sequence[float] = DELAYS) -> None:
        self._gateways, self._delays = gateways, delays

    def __call__(self, home: Database, mine: Claim) -> Result:
        worker = Identity.worker(mine.network_id)
        try:
            attempt = self._take_up(home, mine)
            if attempt is None:
                return Result("done")
            outcome = attempt.carry_out()
        except (GatewayAway, GatewayNotReady) as reason:
            said = NOT_THERE if isinstance(reason, GatewayNotReady) else str(reason)
            with home.unit_of_work(worker) as uow:
                return note_no_answer(uow, mine, said, self._delays)
        with home.unit_of_work(worker) as uow:
            return note_outcome(uow, mine, outcome, self._delays)

    def _take_up(self, home: Database, mine: Claim) -> Attempt | None:
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            return take_up(uow, self._gateways, mine)
