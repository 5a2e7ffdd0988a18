"""A message that is taken up while all that lets its reader in ends: one waits, and neither is broken off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from kernel import clock
from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, LeaseLost
from services.customers.accounts import access
from services.customers.accounts.password_links import lock_credentials
from services.customers.mail import sending
from services.customers.models import Mail, OneTimeToken
from services.customers.profiles.registration import register_customer
from tests.customers.test_verification import wait_for_a_lock
from tests.mailing import found_network, write


def claimed(database: Database, mail_id: UUID) -> Claim:
    """Give the message to a worker, as ``claim`` does."""
    token, until = uuid4(), clock.now() + timedelta(minutes=1)
    with database.across_networks("test") as session:
        taken = update(Mail).where(Mail.id == mail_id)
        session.execute(taken.values(state="leased", attempts=1, lease_until=until, lease_token=token))
        network_id = session.scalars(select(Mail.network_id).where(Mail.id == mail_id)).one()
    return Claim("mail", mail_id, network_id, token, 1, until)


def take_up(database: Database, mine: Claim) -> None:
    with database.unit_of_work(Identity.worker(mine.network_id)) as uow:
        sending.take_up(uow, mine)


def test_a_link_is_taken_up_while_sign_in_is_forced(databases, owner):
    database = databases["customers"]
    found_network(database, owner, verification="never")
    with database.unit_of_work(owner) as uow:
        customer = register_customer(uow, email="asa@shop.example", how="api")
    whose = {"account_id": customer.account_id, "customer_id": customer.id}
    mine = claimed(database, write(database, owner, link="reset", **whose).id)

    with ThreadPoolExecutor(1) as beside, database.unit_of_work(owner) as forcing:
        lock_credentials(forcing, customer.id)
        taken = beside.submit(take_up, database, mine)
        wait_for_a_lock(database)
        ended = access.end_access(forcing, customer.id)
        forcing.commit()
        with pytest.raises(LeaseLost):
            taken.result(10)

    assert ended.reset_links == 1
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(OneTimeToken)).all() == []
