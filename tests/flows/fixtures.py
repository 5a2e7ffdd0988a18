"""Fixtures that other folders may import too: the stack, started once, and a network of its own per test."""

from collections.abc import Iterator

import pytest

from kernel.config import Settings
from kernel.database import Database
from tests.flows.stack import Stack
from tests.flows.world import World, make_world


@pytest.fixture(scope="session")
def stack(settings: Settings) -> Iterator[Stack]:
    """All services and the gateway over real HTTP on free ports."""
    # Tests that ask every operation with every id ask quicker than anybody may.
    started = Stack(settings, api_limit="100000 per minute")
    started.start()
    yield started
    started.stop()


@pytest.fixture
def world(stack: Stack, databases: dict[str, Database]) -> World:
    """A network nobody else uses, with nobody in it yet."""
    return make_world(stack, databases)
