"""Whatever moves money, or asks for it, is carried out once for a key; every POST is looked at."""

from uuid import UUID

import pytest
from flask import Flask

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES
from kernel.ids import new_id
from services.billing.app import create_app
from tests.calling import Call, caller

MOVES_NONE = {
    # Pages to save a card on: one is open at a time, and nothing is charged there.
    "make_card_page", "look_at_card_page", "make_own_card_page", "look_at_own_card_page",
    # Questions to a payment gateway, and its answers; what it says twice changes nothing more.
    "look_at_page", "look_at_own_page", "look_at_charge", "test_payment_gateway", "deliver_message",
    # Memberships: what they are, not what is paid. Each is refused once its status or version is another.
    "change_membership_status", "preview_change", "convert_to_lifetime", "cancel_membership",
    "transfer_membership", "start_pending",
    # A page that waits is ended, and nothing is asked for instead.
    "end_page",
    # Comparing and counting what has moved.
    "check_books", "rebuild_balances", "compare", "close_finding",
    # What the background gave up is tried again, under the keys that it had.
    "background.retry_dead", "background.resolve_parked",
    # Files, and what is sold.
    "export_memberships", "export_payments", "export_invoices", "create_product", "retire_product",
    "bring_back_product",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def call(app: Flask, signer: Signer) -> Call:
    return caller(app, signer)


@pytest.fixture
def admin(network: UUID) -> Identity:
    account_id = new_id()
    return Identity(network, f"account:{account_id}", ROLES["owner"], account_id=account_id, epoch=0)


def test_every_post_asks_for_a_key_or_is_known_to_move_no_money(app: Flask) -> None:
    posts = {
        rule.endpoint.removeprefix("billing."): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.rule.startswith("/v1/")
    }
    without = {name for name, view in posts.items() if not getattr(view, "moves_money", False)}

    assert without == MOVES_NONE


@pytest.mark.parametrize("path", ["memberships/{id}/bill", "payments/{id}/invoice/send"])
def test_without_a_key_nothing_is_asked_for(call: Call, admin: Identity, path: str) -> None:
    answer = call(admin, "POST", f"/v1/{path.format(id=new_id())}")

    said = answer.get_json()
    assert (answer.status_code, said["code"]) == (400, "KeyMissing")
