"""The performers, and the tables they work on."""

import pytest

from kernel.config import Settings
from kernel.database import SERVICES
from services.billing.models import WORKS as BILLING
from services.customers.models import WORKS as CUSTOMERS
from services.sites.models import WORKS as SITES
from worker.performers import load_performers

WORKS = {"customers": CUSTOMERS, "billing": BILLING, "sites": SITES}
COMING = {"membership"}
"""Whose performers come with their use cases."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_shows_the_dead_work_of_every_performer_at_home_in_it(service: str) -> None:
    performed = {
        one.kind: one.model
        for one in load_performers(Settings(secret_key="x")).values()
        if one.home == service
    }

    shown = {kind: model for kind, model in WORKS[service].items() if kind in performed or kind not in COMING}
    assert performed == shown
