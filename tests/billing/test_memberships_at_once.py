"""Two people at one membership in the same moment: one wins, and the other is told so in a sentence."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.database import Database, UnitOfWork
from kernel.ids import new_id
from services.billing.app import create_app
from services.billing.memberships.cancellations import cancel_at_period_end, cancel_now
from services.billing.memberships.lifecycle import activate_membership
from services.billing.memberships.waiting import note_policy, note_status
from services.billing.models import Membership, MembershipChange
from services.billing.products.sale import create_product
from tests.billing.conftest import make_membership
from tests.calling import Call, caller

Order = tuple[str, str, dict[str, Any]]

HOLD: Order = ("POST", "/status", {"status": "on_hold"})
EXPIRE: Order = ("POST", "/status", {"status": "expired"})
EDIT: Order = ("PATCH", "", {"changes": {"amount": 9900}})
LIFETIME: Order = ("POST", "/lifetime", {})
CANCEL: Order = ("POST", "/cancellation", {"when": "now"})
CANCEL_LATER: Order = ("POST", "/cancellation", {"when": "period_end"})
GIVE: Order = ("POST", "/transfer", {"customer_id": "heir"})
CHANGE: Order = ("POST", "/changes", {"products": [{"product_id": "gratis"}], "keeps_period": True})
UNDO: Order = ("DELETE", "/cancellation", {})
RESUBSCRIBE: Order = ("POST", "/resubscription", {"price": "keep"})


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def call(app: Flask, signer: Signer) -> Call:
    return caller(app, signer)


@pytest.fixture
def member(billing: Database, owner: Identity, customer_id: UUID) -> UUID:
    with billing.unit_of_work(owner) as uow:
        note_policy(uow, "never")
        made = make_membership(uow, customer_id)
        activate_membership(uow, made.id)
        return made.id


@pytest.fixture
def known(billing: Database, owner: Identity) -> dict[str, str]:
    """Somebody to give it to, and something to have on top."""
    heir = new_id()
    with billing.unit_of_work(owner) as uow:
        note_status(uow, heir, "none")
        gratis = create_product(uow, slug="gratis", name="Gratis", kind="plan", pricing="free")
        return {"heir": str(heir), "gratis": str(gratis.id)}


def person(owner: Identity) -> Identity:
    return Identity(owner.network_id, f"account:{new_id()}", ROLES["owner"])


def prepare(uow: UnitOfWork, membership_id: UUID, orders: tuple[Order, Order]) -> int:
    """Let it be as the orders need it; return the version that both have seen."""
    if UNDO in orders:
        cancel_at_period_end(uow, membership_id)
    if RESUBSCRIBE in orders:
        cancel_now(uow, membership_id)
    return uow.get(Membership, membership_id).version


@pytest.mark.parametrize(
    "orders",
    [
        (HOLD, HOLD), (EDIT, EDIT), (LIFETIME, LIFETIME), (CANCEL, CANCEL), (CANCEL_LATER, CANCEL_LATER),
        (GIVE, GIVE), (UNDO, UNDO), (RESUBSCRIBE, RESUBSCRIBE), (CHANGE, CHANGE),
        (HOLD, EXPIRE), (EDIT, CANCEL), (CHANGE, CANCEL_LATER), (GIVE, LIFETIME), (UNDO, CANCEL),
        (EDIT, UNDO),
    ],
    ids=lambda pair: " and ".join(f"{method} {path or '/'}" for method, path, _body in pair),
)  # fmt: skip
def test_of_two_at_once_exactly_one_wins(
    *,
    call: Call,
    billing: Database,
    owner: Identity,
    member: UUID,
    known: dict[str, str],
    orders: tuple[Order, Order],
) -> None:
    with billing.unit_of_work(owner) as uow:
        seen = prepare(uow, member, orders)
    before = lines(billing, owner)
    together = Barrier(2, timeout=20)

    def send(order: Order) -> TestResponse:
        method, path, body = order
        asked: dict[str, Any] = {"headers": {"Idempotency-Key": str(new_id())}}
        if method == "DELETE":
            path += f"?seen={seen}"
        else:
            asked["json"] = named(body, known) | ({} if order == RESUBSCRIBE else {"seen": [seen]})
        together.wait()
        return call(person(owner), method, f"/v1/memberships/{member}{path}", **asked)

    with ThreadPoolExecutor(2) as pool:
        won, lost = sorted(pool.map(send, orders), key=lambda answer: answer.status_code)

    assert (won.status_code in {200, 201, 204}, lost.status_code) == (True, 409)
    assert lost.json["detail"].endswith(".")
    assert len({actor for actor in lines(billing, owner)[len(before) :]}) == 1


def test_a_change_that_was_not_seen_is_not_withdrawn(
    call: Call, owner: Identity, member: UUID, known: dict[str, str]
) -> None:
    path, admin = f"/v1/memberships/{member}", person(owner)
    free = {"products": [{"product_id": known["gratis"]}], "when": "period_end"}
    for amount in (100, 200):
        body, key = free | {"amount": amount}, {"Idempotency-Key": str(amount)}
        call(admin, "POST", f"{path}/changes", json=body, headers=key)
    now = call(admin, "GET", path).json["version"]

    late = call(admin, "DELETE", f"{path}/changes?seen={now - 1}")
    kept = call(admin, "GET", path).json["scheduled"]
    seen = call(admin, "DELETE", f"{path}/changes?seen={now}")

    assert (late.status_code, late.json["code"]) == (409, "ChangedMeanwhile")
    assert (kept["price"]["amount"], seen.status_code) == (200, 204)


def named(body: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """Return the body with the ids of whom and what it names."""
    if "customer_id" in body:
        return {"customer_id": known["heir"]}
    if "products" in body:
        return body | {"products": [{"product_id": known["gratis"]}]}
    return body


def lines(billing: Database, owner: Identity) -> list[str]:
    """Return who wrote each line of the histories."""
    with billing.unit_of_work(owner) as uow:
        written = select(MembershipChange.actor).order_by(MembershipChange.at, MembershipChange.id)
        return list(uow.session.scalars(written))
