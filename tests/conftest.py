"""What every test may ask for: real servers, three migrated databases, a network of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from kernel import embedded
from kernel.auth import Identity, Signer, key_set, new_key
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.database import SERVICES, Database, owner_url
from kernel.ids import new_id
from kernel.migrations import migrate

GATEWAY_PRIVATE, GATEWAY_PUBLIC = new_key("gateway-1")
WORKER_PRIVATE, WORKER_PUBLIC = new_key("worker-1")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that is run in this process sets up the logs for itself; the next test begins anew."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[str, str]]:
    """PostgreSQL and Redis: those in the environment, else embedded ones that end with the tests."""
    given = os.environ.get("ATOLL_DATABASE_URL"), os.environ.get("ATOLL_REDIS_URL")
    if given[0] and given[1]:
        yield given[0], given[1]
        return
    folder = Path(mkdtemp(prefix="atoll-tests-"))
    started = embedded.start(folder, durable=False)
    yield started.database_url, started.redis_url
    started.stop()


@pytest.fixture(scope="session")
def settings(servers: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation of its own, migrated; its databases are dropped afterwards."""
    # Two runs, or two workers of one, may share a server: each has a prefix of its own.
    prefix = f"test_{new_id().hex[-10:]}"
    made = Settings(
        var=tmp_path_factory.mktemp("var"),
        database_url=servers[0],
        redis_url=servers[1],
        database_prefix=prefix,
        secret_key="a secret for tests",
        gateway_key=GATEWAY_PRIVATE,
        worker_key=WORKER_PRIVATE,
        public_keys=key_set(GATEWAY_PUBLIC, WORKER_PUBLIC),
        pretend_payments=True,
    )
    migrate(made)
    yield made
    _drop(made)


@pytest.fixture(scope="session")
def databases(settings: Settings) -> Iterator[dict[str, Database]]:
    """The three databases, each as its service sees it."""
    opened = {name: Database.of(settings, name, pool_size=16) for name in SERVICES}
    yield opened
    for database in opened.values():
        database.close()


@pytest.fixture
def network() -> UUID:
    """A network nobody else uses."""
    return new_id()


@pytest.fixture
def owner(network: UUID) -> Identity:
    """Somebody with every permission in the network, who is no account."""
    return Identity(network, "command", ROLES["owner"])


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The gateway's signer."""
    return Signer("gateway", GATEWAY_PRIVATE)


def _drop(settings: Settings) -> None:
    engine = create_engine(owner_url(settings), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for service in SERVICES:
            database = f"{settings.database_prefix}_{service}"
            connection.execute(text(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
            for role in ("runtime", "across"):
                connection.execute(text(f"DROP ROLE IF EXISTS {database}_{role}"))
