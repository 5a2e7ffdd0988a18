"""Billing of one network is invisible to another, with the ORM and without it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.database import Database
from kernel.errors import NotFound
from kernel.ids import new_id
from services.billing.queries import payment as queries
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, make_membership, make_payment, sek

TABLES = [
    "products",
    "prices",
    "memberships",
    "payments",
    "payment_lines",
    "refunds",
    "number_sequences",
    "events",
]


@pytest.fixture
def filled(opened: Open, customer_id: UUID) -> UUID:
    with opened() as uow:
        make_membership(uow, customer_id)
        payment = make_payment(uow, customer_id, amount=1000)
        request_refund(uow, payment.id, sek(100), reason="")
        return payment.id


@pytest.mark.parametrize("table", TABLES)
def test_hand_written_sql_sees_its_own_network_and_no_other(
    billing: Database, opened: Open, filled: UUID, table: str
) -> None:
    count = text(f"SELECT count(*) FROM {table}")

    with opened() as uow:
        assert uow.session.scalar(count) > 0
    for other in (new_id(), None):
        with billing.unit_of_work(Identity(other, "command", ROLES["owner"])) as uow:
            assert uow.session.scalar(count) == 0


def test_another_networks_payment_looks_absent(billing: Database, filled: UUID) -> None:
    with billing.unit_of_work(Identity(new_id(), "command", ROLES["owner"])) as uow:
        with pytest.raises(NotFound, match=r"There is no such payment.") as foreign:
            queries.payment(uow, filled)
        with pytest.raises(NotFound) as absent:
            queries.payment(uow, new_id())

    assert str(foreign.value) == str(absent.value)


def test_each_network_counts_its_own_numbers(billing: Database, opened: Open, filled: UUID) -> None:
    with opened() as uow:
        assert make_payment(uow, new_id()).number == 2
    with billing.unit_of_work(Identity(new_id(), "command", ROLES["owner"])) as uow:
        assert make_payment(uow, new_id()).number == 1
