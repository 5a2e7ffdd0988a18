"""Who plays in the chaos tests: a listener, a performer, their tables, and the world they call.

Imported by the processes that are killed, so it holds no tests.
"""

import time
from datetime import timedelta
from uuid import UUID

import urllib3
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, Uuid, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import ProductCreated, Recorded
from kernel.database import Database, UnitOfWork
from kernel.events import Listener
from kernel.ids import new_id
from kernel.tables import Conventions, TenantScoped, new_metadata
from kernel.work import Claim, DueWork, Performer, Result, finish
from worker.app import configure_logs, create_worker
from worker.bell import create_bell
from worker.bell import run_bell as ring_until_told

LEASE = timedelta(seconds=2)

EVENT_EFFECTS = MetaData()
NOTED = Table(
    "chaos_noted",
    EVENT_EFFECTS,
    Column("place", BigInteger, primary_key=True, autoincrement=True),
    Column("network_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
)


class Base(Conventions, DeclarativeBase):
    metadata = new_metadata()


class Errand(DueWork, Base):
    """One thing to be done in the world; the id is the key the world knows it by."""

    __tablename__ = "chaos_errands"


class ErrandDone(TenantScoped, Base):
    """The effect with us: a line each time an errand was done."""

    __tablename__ = "chaos_errands_done"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    errand_id: Mapped[UUID]


chaos = Listener("chaos", home="customers", start="now")


@chaos.to(ProductCreated)
def note(uow: UnitOfWork, event: ProductCreated, _recorded: Recorded) -> None:
    """Slow enough that many are killed in the middle of a batch."""
    uow.session.execute(insert(NOTED).values(network_id=uow.network_id, name=event.name))
    time.sleep(0.004)


class Errands:
    """Calls the world with the errand's key, then writes the effect while the lease holds."""

    def __init__(self, world: str) -> None:
        self._world, self._http = world, urllib3.PoolManager(maxsize=4)

    def __call__(self, home: Database, mine: Claim) -> Result:
        answer = self._http.request("POST", f"{self._world}/{mine.id}", timeout=2, retries=False)
        if answer.status != 200:
            return Result("later", f"The world says {answer.status}.")
        with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
            uow.add(ErrandDone(errand_id=mine.id))
            finish(uow, Errand, mine)
        return Result("done")


def performers(world: str) -> dict[str, Performer]:
    """Return the performer of errands, who calls this world."""
    errands = Performer(
        kind="chaos", home="billing", model=Errand, perform=Errands(world), delays=[1] * 50, lease=LEASE
    )
    return {"chaos": errands}


def run_worker(settings: Settings, world: str) -> None:
    """Be a worker that knows this cast alone."""
    configure_logs("worker", settings)
    raise SystemExit(create_worker(settings, listeners={"chaos": chaos}, performers=performers(world)).run())


def run_bell(settings: Settings, world: str) -> None:
    """Be a bell that knows this cast alone."""
    configure_logs("bell", settings)
    ring_until_told(create_bell(settings, listeners={"chaos": chaos}, kinds=performers(world)))
