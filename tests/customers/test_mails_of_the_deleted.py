"""A message written in the very moment in which its customer is deleted does not outlive him."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.events import CustomerBillingErased, CustomerSitesDeleted
from kernel.database import Database, UnitOfWork
from kernel.errors import NotFound
from services.customers.deletion import asking as deletions
from services.customers.deletion import steps as deletion_steps
from services.customers.mail import writing as mails
from services.customers.models import Customer, Deletion, Mail
from tests.customers.conftest import Register
from tests.customers.test_verification import wait_for_a_lock
from tests.mailing import found_network


@pytest.fixture
def customer(database: Database, owner: Identity, register: Register) -> Customer:
    found_network(database, owner, verification="never")
    return register("Åsa", "Berg", email="asa@shop.example")


def begin(database: Database, owner: Identity, customer: Customer) -> UUID:
    """Let the deletion come to its last step."""
    with database.unit_of_work(owner) as uow:
        deletion = deletions.request_deletion(uow, customer.id, way="everything")
        told = {"deletion_id": deletion.id, "customer_id": customer.id, "number": customer.number}
        nothing = {"memberships": 0, "payments": 0, "unpaid": 0, "last_paid_at": None}
        erased = CustomerBillingErased(account_id=customer.account_id, **told, **nothing)
        deletion_steps.note_billing(uow, erased)
    return deletion.id


def finish(uow: UnitOfWork, deletion_id: UUID, customer: Customer) -> None:
    told = {"deletion_id": deletion_id, "customer_id": customer.id, "number": customer.number}
    deletion_steps.note_sites(uow, CustomerSitesDeleted(site_ids=[], **told))


def write(uow: UnitOfWork, **whom: UUID) -> None:
    mails.write(
        uow, "verify_email", to="asa@shop.example", name="Åsa", email="asa@shop.example", **whom
    )  # fmt: skip


def left(database: Database, owner: Identity) -> list[str]:
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Deletion.state)).all() == ["done"]
        return list(uow.session.scalars(select(Mail.to)))


@pytest.mark.parametrize("whom", ["customer_id", "account_id"])
def test_the_deletion_waits_for_who_writes_and_takes_the_message_along(
    database: Database, owner: Identity, customer: Customer, whom: str
):
    deletion_id = begin(database, owner, customer)

    def delete() -> None:
        with database.unit_of_work(owner) as deleting:
            finish(deleting, deletion_id, customer)

    with ThreadPoolExecutor(1) as beside:
        with database.unit_of_work(owner) as writing:
            write(writing, **{whom: customer.id if whom == "customer_id" else customer.account_id})
            writing.session.flush()
            done = beside.submit(delete)
            wait_for_a_lock(database)
        done.result(10)

    assert left(database, owner) == []


@pytest.mark.parametrize("whom", ["customer_id", "account_id"])
def test_who_writes_waits_for_the_deletion_and_writes_nothing(
    database: Database, owner: Identity, customer: Customer, whom: str
):
    deletion_id = begin(database, owner, customer)

    def send() -> None:
        with database.unit_of_work(owner) as writing:
            write(writing, **{whom: customer.id if whom == "customer_id" else customer.account_id})

    with ThreadPoolExecutor(1) as beside:
        with database.unit_of_work(owner) as deleting:
            finish(deleting, deletion_id, customer)
            deleting.session.flush()
            sent = beside.submit(send)
            wait_for_a_lock(database)
        with pytest.raises(NotFound):
            sent.result(10)

    assert left(database, owner) == []
