"""The list of deletions: those that run before all others, in as many statements however many there are."""

from datetime import timedelta
from uuid import UUID

from kernel import clock
from kernel.ids import new_id
from services.customers.models import Deletion
from services.customers.queries.deletions import deletions
from tests.calling import statements
from tests.flows.world import World


def deleted(world: World, *, by: UUID, days_ago: int, state: str = "done") -> UUID:
    at = clock.now() - timedelta(days=days_ago)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        done = {} if state == "running" else {"billing_at": at, "sites_at": at, "ended_at": at}
        uow.add(
            made := Deletion(
                id=new_id(), customer_id=new_id(), account_id=new_id(), number=days_ago, way="everything",
                state=state, could_sign_in=True, requested_at=at, requested_by=f"account:{by}", **done,
            )
        )  # fmt: skip
    return made.id


def test_those_that_run_come_first_and_names_cost_one_statement(world: World):
    admins = [world.admin(f"ada{number}@office.example") for number in range(12)]
    ended = [deleted(world, by=admin, days_ago=number) for number, admin in enumerate(admins)]
    running = deleted(world, by=admins[0], days_ago=99, state="running")

    customers = world.databases["customers"]
    with customers.unit_of_work(world.command) as uow, statements(customers) as sent:
        found = deletions(uow).items

    assert [one.id for one in found] == [running, *ended]
    assert all(one.requested_by for one in found)
    assert len(sent) == 3
