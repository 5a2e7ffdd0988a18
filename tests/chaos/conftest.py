"""The tables of the cast, a Redis that may be flushed, and the world."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from kernel.config import Settings
from kernel.database import Database
from tests import scratch
from tests.background import RedisOnAPort, own_redis
from tests.chaos import cast
from tests.chaos.world import World, running_world


@pytest.fixture(scope="package", autouse=True)
def chaos_tables(settings) -> Iterator[None]:
    with (
        scratch.tables(settings, "customers", cast.EVENT_EFFECTS),
        scratch.tables(settings, "billing", cast.Base.metadata),
    ):
        yield


@pytest.fixture(scope="package")
def broker() -> Iterator[RedisOnAPort]:
    with own_redis() as server:
        yield server


@dataclass(frozen=True)
class Stage:
    """What a chaos test plays with; ``settings`` name the Redis of these tests alone."""

    settings: Settings
    databases: dict[str, Database]
    network: UUID
    world: World
    broker: RedisOnAPort
    log: Path


@pytest.fixture
def stage(settings, databases, network, broker, tmp_path) -> Iterator[Stage]:
    own = settings.model_copy(update={"redis_url": type(settings.redis_url)(broker.url)})
    with running_world() as world:
        yield Stage(own, databases, network, world, broker, tmp_path / "log")
