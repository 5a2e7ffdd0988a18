"""Compare our charges and refunds with a gateway's own list."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from kernel.auth import Identity
from kernel.contracts.plugins import GatewayAway, KeepsList, Movement, PaymentGateway, Sought
from kernel.database import Database, UnitOfWork
from kernel.work import Claim, Performer, Result, finish, hold
from services.billing.gateways.configured import GatewayNotReady, Gateways
from services.billing.models import Reconciliation
from services.billing.models.reconciliation import Thing
from services.billing.reconciliation.differences import Found, Ours, compare, missing, side_of
from services.billing.reconciliation.findings import write_findings
from services.billing.reconciliation.runs import KIND, finish_run
from services.billing.reconciliation.sides import A_HANDFUL, THINGS, our_side_of, ours_in

LEASE = timedelta(minutes=5)


@dataclass
class Comparing:
    """A comparison under way. Safe to run again from the start: what is found twice is written once."""

    home: Database
    mine: Claim
    gateways: Gateways
    gateway: PaymentGateway
    run: Reconciliation
    seen: set[str] = field(default_factory=set)
    compared: int = 0

    def read_their_list(self, lines: Iterable[Movement]) -> None:
        """Look at every line, a handful a transaction; none is open while the gateway is asked for more.

        Networks and installations may share an account: a line that names another one is not looked at.
        """
        network_id = self.mine.network_id
        remaining = (line for line in lines if self.gateways.is_ours(network_id, line.labels))
        while batch := list(islice(remaining, A_HANDFUL)):
            with self._step() as uow:
                ours = our_side_of(uow, self.run.gateway, batch)
                pairs = [(line, ours.get(f"{line.kind} {line.reference}")) for line in batch]
                self.seen.update(one.name for _line, one in pairs if one is not None)
                self._write(uow, [compare(line, one) for line, one in pairs])
            self.compared += len(batch)

    def look_for_ours(self) -> None:
        """Ask by name for what the list had not: only then is it missing."""
        for thing in THINGS:
            for batch in self._ours(thing):
                unseen = [one for one in batch if one.name not in self.seen]
                found = [missing(one, side_of(self.gateway.find(sought(one)), one)) for one in unseen]
                self.compared += len(unseen)
                with self._step() as uow:
                    self._write(uow, found)

    def _ours(self, thing: Thing) -> Iterator[list[Ours]]:
        last: Ours | None = None
        while True:
            with self._step() as uow:
                batch = ours_in(uow, self.run, thing, last)
            if not batch:
                return
            yield batch
            last = batch[-1]

    def _write(self, uow: UnitOfWork, found: list[Found | None]) -> None:
        write_findings(uow, self.run, [one for one in found if one is not None])

    @contextmanager
    def _step(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that keeps the lease; whoever lost it writes nothing."""
        with self.home.unit_of_work(Identity.worker(self.mine.network_id)) as uow:
            yield uow
            hold(uow, Reconciliation, self.mine, LEASE)


def sought(ours: Ours) -> Sought:
    """Return how the gateway is asked for a movement of ours."""
    charge = ours.charge if ours.thing == "refund" else ""
    return Sought(ours.thing, key=ours.key, reference=ours.reference, charge=charge)


def reconciliation_performer(gateways: Gateways) -> Performer:
    """Return what performs comparisons with the gateways that are installed."""

    def carry_out(home: Database, mine: Claim) -> Result:
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            run = uow.get(Reconciliation, mine.id)
            try:
                gateway = gateways.open(uow, run.gateway)
            except GatewayNotReady as reason:
                return Result("dead", str(reason))
        comparing = Comparing(home, mine, gateways, gateway, run)
        try:
            if isinstance(gateway, KeepsList):
                comparing.read_their_list(gateway.movements(run.since, run.until))
                comparing.look_for_ours()
        except GatewayAway as reason:
            return Result("later", str(reason) or "The gateway did not answer.")
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            finish_run(uow, uow.get(Reconciliation, mine.id, lock=True), compared=comparing.compared)
            uow.session.flush()
            finish(uow, Reconciliation, mine)
        return Result("done")

    return Performer(kind=KIND, home="billing", model=Reconciliation, perform=carry_out, lease=LEASE)
