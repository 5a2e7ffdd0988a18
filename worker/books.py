"""What keeps the books watched: a check of each network's, and comparisons with the gateways' own lists."""

from kernel import clock
from kernel.config import Settings
from kernel.database import Database
from kernel.sealing import Sealer
from services.billing.books import plan_checks
from services.billing.gateways import Gateways
from services.billing.reconciliation.runs import plan_runs


class BookPlan:
    """Makes the rows of what is to be checked and compared; run often or seldom, it makes the same."""

    def __init__(self, settings: Settings, billing: Database) -> None:
        self._billing, self._gateways = billing, Gateways(Sealer(settings))

    def make(self) -> None:
        """Make what is not there yet."""
        now = clock.now()
        plan_checks(self._billing, now)
        plan_runs(self._billing, self._gateways, now)
