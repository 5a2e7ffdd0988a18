"""Sites of one network are invisible to another, with the ORM and without it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.database import Database
from kernel.ids import new_id
from services.sites.models import Site
from services.sites.provisioning import provision_site
from services.sites.sites import map_domain
from services.sites.tickets import redeem_ticket
from tests.sites.conftest import Open, ticket_in_hand

TABLES = ["networks", "sites", "domains", "pages", "provisionings", "switch_tickets", "visits", "events"]


@pytest.fixture
def filled(opened: Open, admin: Identity, gateway: Identity, site: Site) -> UUID:
    with opened() as uow:
        provision_site(uow, site.id)
        map_domain(uow, site.id, f"{site.id.hex}.example")
    _, redemption = ticket_in_hand(opened, admin, site)
    with opened(gateway) as uow:
        redeem_ticket(uow, redemption)
    return site.id


@pytest.mark.parametrize("table", TABLES)
def test_hand_written_sql_sees_its_own_network_and_no_other(
    database: Database, opened: Open, filled: UUID, table: str
) -> None:
    count = text(f"SELECT count(*) FROM {table}")

    with opened() as uow:
        assert uow.session.scalar(count) > 0
    for other in (new_id(), None):
        with database.unit_of_work(Identity(other, "command", ROLES["owner"])) as uow:
            assert uow.session.scalar(count) == 0


@pytest.mark.parametrize("table", ["domains", "pages", "provisionings", "switch_tickets", "visits"])
def test_a_child_cannot_move_to_another_networks_site(
    database: Database, opened: Open, filled: UUID, table: str
) -> None:
    with opened() as uow:
        changed = text(f"UPDATE {table} SET network_id = :other RETURNING 1")
        with pytest.raises(Exception, match="row-level security"):
            uow.session.execute(changed, {"other": new_id()})
        uow.session.rollback()
