"""A network with somebody who has all that a customer can have, and somebody who can take over."""

from collections.abc import Callable

import pytest

from tests.deletions.people import Rich, enriched
from tests.flows.fixtures import stack, world
from tests.flows.world import Owner, World

__all__ = ["stack", "world"]


@pytest.fixture
def rich(world: World) -> Rich:
    """Olle, who has everything."""
    return enriched(world)


@pytest.fixture
def heir(world: World) -> Owner:
    """Hedda, who can take over."""
    return world.customer("hedda@example.com", "Hedda", "Holm")


Make = Callable[..., Owner]
