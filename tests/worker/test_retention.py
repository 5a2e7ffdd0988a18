"""Old events go once everybody has read them; nothing else does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel import clock
from kernel.contracts.events import ProductCreated
from kernel.database import Database
from kernel.events import Listener, advance
from kernel.ids import new_id
from kernel.log import EventRow
from services.customers.models import Mail
from tests.chaos import ledger
from tests.mailing import found_network, write
from worker import retention
from worker.retention import clear_mails, clear_out


def reader(databases: dict[str, Database]) -> Listener:
    listener = Listener(f"test-{new_id().hex}", home="customers", start="now")
    listener.to(ProductCreated)(lambda *_: None)
    read_all(listener, databases)
    return listener


def read_all(listener: Listener, databases: dict[str, Database]) -> None:
    for source in databases.values():
        while advance(listener, source, databases["customers"]):
            pass


def kept(billing: Database, network: UUID) -> list[str]:
    with billing.across_networks("test") as session:
        mine = select(EventRow).where(EventRow.network_id == network).order_by(EventRow.position)
        return [row.payload["name"] for row in session.scalars(mine)]


@pytest.fixture
def billing(databases) -> Database:
    return databases["billing"]


@pytest.fixture
def old(billing, network) -> Any:
    """Three events of long ago; what an earlier test left is out of the way."""
    with billing.across_networks("test") as session:
        session.execute(EventRow.__table__.delete())
    ledger.publish(billing, network, ["a", "b", "c"])
    with billing.across_networks("test") as session:
        long_ago = clock.now() - timedelta(days=800)
        session.execute(update(EventRow).where(EventRow.network_id == network).values(occurred_at=long_ago))
    return billing


def test_what_is_old_and_read_goes_and_the_rest_stays(databases, old, network):
    listener = reader(databases)
    ledger.publish(old, network, ["new"])
    read_all(listener, databases)

    assert clear_out(databases, [listener], kept_days=730) == 3
    assert kept(old, network) == ["new"]


def test_what_one_listener_has_still_to_read_stays(databases, old, network):
    quick, slow = reader(databases), Listener(f"test-{new_id().hex}", home="customers")
    slow.to(ProductCreated)(lambda *_: None)
    read_all(quick, databases)
    assert clear_out(databases, [quick, slow], kept_days=730) == 0
    advance(slow, old, databases["customers"], limit=2)
    for source in ("customers", "sites"):
        advance(slow, databases[source], databases["customers"])

    assert clear_out(databases, [quick, slow], kept_days=730) == 2
    assert kept(old, network) == ["c"]


def test_without_any_listener_nothing_goes(databases, old, network):
    assert clear_out(databases, [], kept_days=730) == 0
    assert kept(old, network) == ["a", "b", "c"]


def test_more_than_one_batch_goes_too(databases, old, network, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    listener = reader(databases)

    assert clear_out(databases, [listener], kept_days=730) == 3
    assert kept(old, network) == []


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [("done", 181, False), ("dead", 181, False), ("done", 179, True), ("due", 400, True)],
)
def test_mail_that_is_over_goes_when_it_is_old(databases, owner, state, days, stays):
    found_network(databases["customers"], owner)
    mail = write(databases["customers"], owner)
    with databases["customers"].across_networks("test") as session:
        written = clock.now() - timedelta(days=days)
        session.execute(update(Mail).where(Mail.id == mail.id).values(state=state, created_at=written))

    clear_mails(databases["customers"], kept_days=180)

    with databases["customers"].unit_of_work(owner) as uow:
        assert list(uow.session.scalars(select(Mail.id))) == ([mail.id] if stays else [])


def test_more_than_one_batch_of_mail_goes_too(databases, owner, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    found_network(databases["customers"], owner)
    for _ in range(5):
        write(databases["customers"], owner)
    with databases["customers"].across_networks("test") as session:
        session.execute(update(Mail).values(state="done", created_at=clock.now() - timedelta(days=999)))

    assert clear_mails(databases["customers"], kept_days=180) >= 5
    with databases["customers"].unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Mail.id)).all() == []
