"""The performers, and the tables they work on."""

import pytest

from kernel.config import Settings
from kernel.database import SERVICES
from services.customers.models import WORKS as CUSTOMERS
from services.sites.models import WORKS as SITES
from worker.performers import load_performers

WORKS = {"customers": CUSTOMERS, "billing": {}, "sites": SITES}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_shows_the_dead_work_of_every_performer_at_home_in_it(service: str) -> None:
    performed = {one.kind: one.model for one in load_performers(Settings()).values() if one.home == service}

    assert performed == WORKS[service]
