"""The performers, and the tables they work on."""

import pytest

from kernel.config import Settings
from kernel.database import SERVICES
from kernel.work import Kind
from worker.kinds import WORKS, kinds
from worker.performers import load_performers


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_shows_the_dead_work_of_every_performer_at_home_in_it(
    settings: Settings, service: str
) -> None:
    performed = {one.kind: one.model for one in load_performers(settings).values() if one.home == service}

    assert performed == WORKS[service]


def test_the_bell_rings_for_every_kind_that_is_performed_and_for_no_other(settings: Settings) -> None:
    performed = {name: Kind(one.kind, one.home, one.model) for name, one in load_performers(settings).items()}

    assert kinds() == performed
