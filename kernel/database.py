"""A database, and the unit of work: one transaction, one network, one actor.

Two locks keep networks apart. The session adds the network to every ORM statement and stamps
new rows; row-level security in PostgreSQL catches whatever gets past that. Without a network
both show nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg.errors import ReadOnlySqlTransaction, error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy import make_url as parse_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from kernel import clock
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.events import Event
from kernel.errors import N_, NotFound, Unavailable
from kernel.log import EventRow, row_of
from kernel.tables import TenantScoped
from kernel.visiting import ONLY_LOOKING, NothingChanges

M = TypeVar("M", bound=TenantScoped)

SERVICES = ("customers", "billing", "sites")
NOBODY = UUID(int=0)
CHANNEL = "atoll"
SET_TENANT = (
    "SELECT set_config('atoll.network', '{tenant}', true), set_config('statement_timeout', '{timeout}', true)"
)
HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
NOTIFY = text("SELECT pg_notify('atoll', said) FROM unnest(CAST(:said AS text[])) AS said")
DRIVER_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
STATEMENT_TIMEOUT = 30_000  # milliseconds

log = structlog.get_logger()


class DatabaseAway(Unavailable):
    """PostgreSQL does not answer, is too slow, or broke this transaction off."""


class UnitOfWork:
    """One transaction for one network; made by ``Database.unit_of_work``, which commits it.

    ``now`` is one instant for all that happens in it. ``published`` holds the events so far.
    """

    def __init__(self, engine: Engine, identity: Identity, *, request_id: str, timeout: int) -> None:
        self._engine = engine
        self._checked_out = engine.raw_connection()
        self._session: Session | None = None
        self.identity = identity
        self.now: datetime = clock.now()
        self.published: list[Event] = []
        self._request_id = request_id
        self._timeout = timeout
        self._rows: list[dict[str, Any]] = []
        self._said: set[str] = set()
        self._at_end: list[Callable[[], None]] = []

    @property
    def network_id(self) -> UUID:
        """The network this transaction sees; nobody's when the identity has none."""
        return self.identity.network_id or NOBODY

    @property
    def driver(self) -> psycopg.Connection[Any]:
        """The driver's own connection, inside this transaction; for what is asked on every request."""
        connection = self._checked_out.driver_connection
        if not isinstance(connection, psycopg.Connection):
            raise TypeError("The connection is not psycopg's.")
        return connection

    @property
    def session(self) -> Session:
        """The ORM's session in this transaction, made when first asked for: hot reads do without."""
        if self._session is None:
            bound = Connection(self._engine, connection=self._checked_out)
            self._session = TenantSession(bound, expire_on_commit=False)
            self._session.info["network_id"] = self.network_id
        return self._session

    def get(self, model: type[M], row_id: UUID, *, lock: bool = False) -> M:
        """Return the row with this id; ``lock`` makes others wait for it. Raises NotFound."""
        statement = select(model).where(model.id == row_id)  # type: ignore[attr-defined]
        if lock:
            # Fresh values: whoever held the lock before us may have changed the row.
            statement = statement.with_for_update(of=model).execution_options(populate_existing=True)
        found = self.session.scalar(statement)
        if found is None:
            raise NotFound(model.missing)
        return found

    def add(self, row: object) -> None:
        """Put a new row into the transaction; the network is stamped on it."""
        self.session.add(row)

    def publish(self, happened: Event) -> None:
        """Say what happened: a row in the events log, in this very transaction."""
        self.publish_many([happened])

    def publish_many(self, happened: Iterable[Event]) -> None:
        """Say many things at once, in order."""
        for one in happened:
            self.published.append(one)
            self._rows.append(
                row_of(
                    one,
                    network_id=self.network_id,
                    actor=self.identity,
                    at=self.now,
                    request_id=self._request_id,
                )
            )

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part that may fail by itself: what it wrote and said is undone then, and nothing else."""
        told, rows, said = len(self.published), len(self._rows), set(self._said)
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            del self.published[told:]
            del self._rows[rows:]
            self._said = said
            raise

    def ring(self, kind: str, row_id: UUID) -> None:
        """Tell the bell, once this is committed, that a row of due work can be performed."""
        self._said.add(f"work:{kind}:{row_id}")

    def hold(self, name: str) -> None:
        """Let whoever else asks for this name wait until the transaction ends."""
        self.session.execute(HOLD, {"name": name})

    def at_end(self, write: Callable[[], None]) -> None:
        """Do this last, before the commit; it may still publish and ring."""
        self._at_end.append(write)

    def act_for(self, identity: Identity) -> None:
        """Go on for another network in the same transaction; for listeners, whose batch spans many."""
        changes_network = identity.network_id != self.identity.network_id
        if changes_network:
            self._write()
            if self._session is not None:
                self._session.expunge_all()
        self.identity = identity
        if changes_network:
            self.enter()

    def enter(self) -> None:
        """See the identity's network alone from here on; the first time, begin the transaction with it."""
        if self._session is not None:
            self._session.info["network_id"] = self.network_id
        # A UUID and a number: neither can break the quotes.
        command = SET_TENANT.format(tenant=self.identity.network_id or "", timeout=self._timeout)
        driver = self.driver
        begins = driver.info.transaction_status == TransactionStatus.IDLE
        begin = "BEGIN READ ONLY; " if self.identity.is_looking else "BEGIN; "
        result = driver.pgconn.exec_(f"{begin if begins else ''}{command}".encode())
        if result.status != ExecStatus.TUPLES_OK:
            if driver.broken:
                # Without a word from the server, libpq's answer has no code to tell what happened by.
                raise psycopg.OperationalError(result.get_error_message())
            raise error_from_result(result)

    def _write(self) -> None:
        if self._session is not None:
            self._session.flush()
        if self._rows:
            self.session.execute(insert(EventRow), self._rows)
            self._rows = []
            self._said.add("events")

    def commit(self) -> None:
        """Write what was said and commit; called by the ``with`` block alone."""
        for write in self._at_end:
            write()
        self._write()
        if self._said:
            self.session.execute(NOTIFY, {"said": sorted(self._said)[:1000]})
        if self._session is not None:
            self._session.commit()
        else:
            self.driver.commit()

    def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        if self._session is not None:
            self._session.close()
        self._checked_out.close()


class Database:
    """One service's database: the runtime role's pool, and the across role's, opened when asked for."""

    def __init__(self, url: URL, across_url: URL, *, name: str, pool_size: int = 8) -> None:
        self.name = name
        self.engine = _engine(url, name, pool_size)
        self._across_url = across_url
        self._across: Engine | None = None

    @classmethod
    def of(cls, settings: Settings, name: str, *, pool_size: int = 8) -> "Database":
        """Return the database of the service ``name`` as the settings have it."""
        runtime = role_url(settings, name, "runtime")
        return cls(runtime, role_url(settings, name, "across"), name=name, pool_size=pool_size)

    @contextmanager
    def unit_of_work(
        self, identity: Identity, *, request_id: str = "", timeout: int = STATEMENT_TIMEOUT
    ) -> Iterator[UnitOfWork]:
        """Open a transaction for the identity's network; commit it unless the block raises.

        ``timeout`` bounds each statement, in milliseconds. Raises DatabaseAway.
        """
        with unavailable_when_away():
            uow = UnitOfWork(self.engine, identity, request_id=request_id, timeout=timeout)
            with closing(uow):
                uow.enter()
                yield uow
                uow.commit()

    @contextmanager
    def across_networks(self, reason: str) -> Iterator[Session]:
        """Open a transaction that sees every network; the only way to do so. ``reason`` is logged."""
        if self._across is None:
            self._across = _engine(self._across_url, f"{self.name} across", 4)
        log.debug("across networks", reason=reason, database=self.name)
        with unavailable_when_away(), Session(self._across, expire_on_commit=False) as session:
            yield session
            session.commit()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self._across is not None:
            self._across.dispose()


class TenantSession(Session):
    """A session whose statements see one network and whose new rows belong to it."""


@event.listens_for(TenantSession, "do_orm_execute")
def _see_one_network(state: ORMExecuteState) -> None:
    reads_or_changes = state.is_select or state.is_update or state.is_delete
    if not reads_or_changes or state.is_column_load or state.is_relationship_load:
        return
    network_id = state.session.info["network_id"]
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantScoped,
            lambda model: model.network_id == network_id,
            include_aliases=True,
            propagate_to_loaders=True,
        )
    )


@event.listens_for(TenantSession, "before_flush")
def _stamp_new_rows(session: Session, _context: UOWTransaction, _instances: object) -> None:
    for row in session.new:
        if isinstance(row, TenantScoped) and row.network_id is None:
            row.network_id = session.info["network_id"]


@contextmanager
def unavailable_when_away() -> Iterator[None]:
    """Turn the driver's ways of saying "not now" into DatabaseAway."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, *DRIVER_AWAY) as reason:
        raise DatabaseAway(N_("The database does not answer. Try again in a moment.")) from reason
    except (DBAPIError, psycopg.Error) as reason:
        if isinstance(getattr(reason, "orig", reason), ReadOnlySqlTransaction):
            raise NothingChanges(ONLY_LOOKING) from reason
        if isinstance(reason, DBAPIError) and reason.connection_invalidated:
            raise DatabaseAway(N_("The database does not answer. Try again in a moment.")) from reason
        raise


def role_url(settings: Settings, service: str, role: str) -> URL:
    """Return the address of a service's database for one of its roles, ``runtime`` or ``across``."""
    name = f"{settings.database_prefix}_{service}_{role}"
    return owner_url(settings, service).set(username=name, password=settings.role_password(name))


def owner_url(settings: Settings, service: str = "") -> URL:
    """Return the address of a service's database for its owner, who migrates; without: of the server."""
    given = settings.database_url.get_secret_value()
    if not given:
        raise ValueError("ATOLL_DATABASE_URL is not set; `atoll up` starts a PostgreSQL of its own.")
    url = parse_url(given).set(drivername="postgresql+psycopg")
    return url.set(database=f"{settings.database_prefix}_{service}") if service else url


def _engine(url: URL, name: str, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=3,
        # An error goes into the log, and the values of its statement are people's.
        hide_parameters=True,
        connect_args={
            "connect_timeout": 3,
            "application_name": f"atoll {name}",
            # A plan made for everybody's network fits nobody's: let none be kept.
            "prepare_threshold": None,
        },
    )


Units = Callable[[], AbstractContextManager[UnitOfWork]]
"""Opens a transaction: a file takes one for each batch, so that a slow reader holds none open."""
