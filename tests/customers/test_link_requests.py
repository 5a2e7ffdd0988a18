"""Links wished for by typing an address: nothing in the answer, or in the work for it, tells whose it is."""

import pytest
from sqlalchemy import func, select

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import due, perform
from services.customers.models import Account, LinkRequest, Mail
from tests.calling import Call, statements
from tests.customers.conftest import Register, make_admin
from tests.customers.test_verification import Found, found, pending
from worker.performers.link_requests import link_request

__all__ = ["found", "pending"]

PATH = "/v1/verifications/requests"


def answer_all(database: Database, owner: Identity) -> None:
    with database.unit_of_work(owner) as uow:
        mine = set(uow.session.scalars(select(LinkRequest.id)))
    for row_id in due(link_request, database, 10_000):
        if row_id in mine:
            assert perform(link_request, database, row_id)


def count(database: Database, owner: Identity, model: type) -> int:
    with database.unit_of_work(owner) as uow:
        return uow.session.scalar(select(func.count()).select_from(model)) or 0


def ask(call: Call, owner: Identity, email: str, path: str = PATH) -> tuple[int, bytes]:
    answer = call(Identity.gateway(owner.network_id), "POST", path, json={"email": email})
    return answer.status_code, answer.data


def test_known_and_unknown_get_the_same_answer_after_the_same_statements(
    service, database, owner, pending, call
):
    asked = []
    for email in ("asa@shop.example", "nobody@shop.example", "not an address"):
        with statements(service.extensions["atoll"].database) as sent:
            answer = ask(call, owner, email)
        asked.append((answer, [query for query, _ in sent]))

    assert asked[0][0] == (204, b"")
    assert asked[0] == asked[1] == asked[2]


def test_who_waits_for_a_verification_is_written_to_and_nobody_else(
    database, owner, found: Found, register: Register, call
):
    found("free")
    register("Åsa", email="asa@shop.example", verification="pending")
    register("Bo", email="bo@shop.example", verification="verified")
    admin = make_admin(database, owner)
    for email in (" ASA@shop.example ", "bo@shop.example", admin.email, "nobody@shop.example"):
        assert ask(call, owner, email) == (204, b"")

    answer_all(database, owner)

    with database.unit_of_work(owner) as uow:
        assert list(uow.session.scalars(select(Mail.to))) == ["asa@shop.example"]
    assert count(database, owner, LinkRequest) == 0


def test_the_sixth_link_within_the_hour_is_not_sent_and_the_request_is_gone(database, owner, pending, call):
    for _ in range(6):
        ask(call, owner, "asa@shop.example")

    answer_all(database, owner)

    assert count(database, owner, Mail) == 5
    assert count(database, owner, LinkRequest) == 0


def test_a_deactivated_account_is_not_written_to(database, owner, pending, call):
    with database.unit_of_work(owner) as uow:
        uow.get(Account, pending.account_id).is_active = False
    ask(call, owner, "asa@shop.example")

    answer_all(database, owner)

    assert count(database, owner, Mail) == 0


@pytest.mark.parametrize("purpose", ["verify"])
def test_a_request_is_answered_once(database, owner, pending, call, purpose):
    ask(call, owner, "asa@shop.example")
    with database.unit_of_work(owner) as uow:
        (row_id,) = uow.session.scalars(select(LinkRequest.id))

    assert perform(link_request, database, row_id)
    assert not perform(link_request, database, row_id)

    assert count(database, owner, Mail) == 1
