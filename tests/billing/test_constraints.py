"""What the database refuses, whatever the code above it does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.database import Database
from kernel.ids import new_id
from services.billing.models import Payment
from tests.billing.conftest import Open, make_membership, make_payment

LINE = (
    "INSERT INTO payment_lines (id, network_id, payment_id, position, description, currency, quantity,"
    " unit, discount, tax, total) VALUES (gen_random_uuid(), :network, :payment, 9, 'x', :currency,"
    " :quantity, :unit, :discount, :tax, :total)"
)
REFUND = (
    "INSERT INTO refunds (id, network_id, payment_id, currency, amount, reason, gateway, reference, key,"
    " status, state, attempts, due_at, last_error, created_at) VALUES (gen_random_uuid(), :network, :payment,"
    " :currency, :amount, '', 'manual', '', gen_random_uuid()::text, 'requested', 'due', 0, now(), '', now())"
)
DISPUTE = (
    "INSERT INTO disputes (id, network_id, payment_id, gateway, reference, status, currency, amount, fee,"
    " fee_currency, reason, created_at, modified_at) VALUES (gen_random_uuid(), :network, :payment, 'bank',"
    " 'dp_1', :status, :currency, :amount, :fee, '', '', now(), now())"
)
GOOD_LINE = {"currency": "SEK", "quantity": 2, "unit": 100, "discount": 10, "tax": 5, "total": 195}

Run = Callable[[str, dict[str, Any]], None]


@pytest.fixture
def payment_id(opened: Open, customer_id: UUID) -> UUID:
    with opened() as uow:
        return make_payment(uow, customer_id, amount=1000).id


@pytest.fixture
def run(opened: Open, network: UUID, payment_id: UUID) -> Run:
    """Run hand-written SQL against the payment."""

    def statement(sql: str, values: dict[str, Any]) -> None:
        with opened() as uow:
            uow.session.execute(text(sql), {"network": network, "payment": payment_id} | values)

    return statement


def test_a_line_that_adds_up_is_taken(run: Run) -> None:
    run(LINE, GOOD_LINE)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"total": 196}, "ck_payment_lines_sum"),
        ({"quantity": 0, "total": -5}, "ck_payment_lines_"),
        ({"unit": -100, "total": -205}, "ck_payment_lines_amounts"),
        ({"discount": -10, "total": 215}, "ck_payment_lines_amounts"),
        ({"currency": "EUR"}, "fk_payment_lines_payment"),
    ],
)
def test_a_line_that_does_not_add_up_is_refused(run: Run, wrong: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        run(LINE, GOOD_LINE | wrong)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("refunded = 1001", "ck_payments_refunded"),
        ("refunded = -1", "ck_payments_refunded"),
        ("reserved = 1001", "ck_payments_reserved"),
        ("reserved = -1", "ck_payments_reserved"),
        ("disputed = -1", "ck_payments_disputed"),
        ("captured = 1001", "ck_payments_captured"),
        ("total = -1, captured = -1", "ck_payments_"),
        ("status = 'paid'", "ck_payments_status"),
        ("currency = 'kronor'", "(ck_payments_currency|fk_)"),
        ("currency = 'EUR'", "fk_payment_lines_payment"),
    ],
)
def test_a_payment_cannot_become_what_makes_no_sense(run: Run, change: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        run(f"UPDATE payments SET {change} WHERE id = :payment", {})


@pytest.mark.parametrize(
    ("amount", "currency", "constraint"),
    [(0, "SEK", "ck_refunds_amount"), (-1, "SEK", "ck_refunds_amount"), (1, "EUR", "fk_refunds_payment")],
)
def test_a_refund_is_positive_and_in_the_payments_currency(
    run: Run, amount: int, currency: str, constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        run(REFUND, {"amount": amount, "currency": currency})


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"amount": 0}, "ck_disputes_amount"),
        ({"amount": -5}, "ck_disputes_amount"),
        ({"currency": "kronor"}, "ck_disputes_currency"),
        ({"status": "forgiven"}, "ck_disputes_status"),
        ({"fee": -1}, "ck_disputes_fee"),
    ],
)
def test_a_dispute_that_makes_no_sense_is_refused(run: Run, wrong: dict[str, Any], constraint: str) -> None:
    good = {"currency": "SEK", "amount": 100, "status": "lost", "fee": 0}

    with pytest.raises(IntegrityError, match=constraint):
        run(DISPUTE, good | wrong)


def test_a_dispute_is_noted_once_by_its_name(run: Run) -> None:
    good = {"currency": "SEK", "amount": 100, "status": "lost", "fee": 0}
    run(DISPUTE, good)

    with pytest.raises(IntegrityError, match="uq_disputes_network_id_gateway_reference"):
        run(DISPUTE, good)


def test_a_child_cannot_hang_on_another_networks_payment(billing: Database, payment_id: UUID) -> None:
    other = new_id()
    values = GOOD_LINE | {"network": other, "payment": payment_id}

    with (
        pytest.raises(IntegrityError, match="fk_payment_lines_payment"),
        billing.unit_of_work(Identity(other, "command", ROLES["owner"])) as uow,
    ):
        uow.session.execute(text(LINE), values)


@pytest.mark.parametrize(
    "change",
    ["status = 'paused'", "status = 'cancelled'", "status = 'trialing'", "amount = -1", "period_length = 0",
     "period_unit = 'fortnight'", "period_unit = NULL"],
)  # fmt: skip
def test_a_membership_cannot_become_what_makes_no_sense(opened: Open, customer_id: UUID, change: str) -> None:
    with opened() as uow:
        membership_id = make_membership(uow, customer_id).id

    with pytest.raises(IntegrityError, match="ck_memberships_"), opened() as uow:
        uow.session.execute(text(f"UPDATE memberships SET {change} WHERE id = :id"), {"id": membership_id})


def test_hand_written_refunds_beyond_what_was_received_are_refused(
    run: Run, opened: Open, payment_id: UUID
) -> None:
    run(REFUND, {"currency": "SEK", "amount": 600})

    with pytest.raises(IntegrityError, match="ck_payments_reserved"):
        run(REFUND, {"currency": "SEK", "amount": 401})

    with opened() as uow:
        payment = uow.get(Payment, payment_id)
        assert (payment.reserved, payment.refunded) == (600, 0)


@pytest.mark.parametrize(
    ("status", "sums"),
    [
        ("submitting", (600, 0)),
        ("unknown", (600, 0)),
        ("pending", (600, 0)),
        ("succeeded", (600, 600)),
        ("failed", (0, 0)),
        ("reversed", (0, 0)),
    ],
)
def test_the_database_adds_up_what_refunds_hold_and_what_has_gone(
    run: Run, opened: Open, payment_id: UUID, status: str, sums: tuple[int, int]
) -> None:
    run(REFUND, {"currency": "SEK", "amount": 600})

    run("UPDATE refunds SET status = :status WHERE payment_id = :payment", {"status": status})

    with opened() as uow:
        payment = uow.get(Payment, payment_id)
        assert (payment.reserved, payment.refunded) == sums


def test_a_refund_that_is_taken_out_frees_what_it_held(run: Run, opened: Open, payment_id: UUID) -> None:
    run(REFUND, {"currency": "SEK", "amount": 600})

    run("DELETE FROM refunds WHERE payment_id = :payment", {})

    with opened() as uow:
        assert uow.get(Payment, payment_id).reserved == 0
