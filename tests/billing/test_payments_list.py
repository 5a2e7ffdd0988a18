"""The list of payments: tabs that count all of them, what narrows it, pages, and the file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import func, select, update

from kernel.contracts.payments import PaymentsList, PaymentsNarrowed, PaymentsQuery
from kernel.database import Database, UnitOfWork
from kernel.errors import Invalid
from kernel.ids import new_id
from services.billing.models import Charge, GatewaySettings, Payment, PaymentCount
from services.billing.networks import note_network
from services.billing.payments.export import COLUMNS, file_of
from services.billing.payments.lifecycle import cancel_payment, complete_payment, create_payment, fail_payment
from services.billing.payments.lines import Item
from services.billing.queries.payments import payments_list
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, sek
from tests.calling import statements

STATUSES = ("pending", "completed", "failed", "cancelled", "partially_refunded", "refunded")


def add(uow: UnitOfWork, status: str = "pending", *, customer_id: UUID | None = None, amount: int = 1000):
    """Make a payment that has come to a status as payments do."""
    items = [Item("Bas", amount)]
    made = create_payment(uow, customer_id=customer_id or new_id(), currency="SEK", items=items)
    if status in {"completed", "partially_refunded", "refunded"}:
        complete_payment(uow, made.id, reference=f"OCR {made.number}")
    if status == "failed":
        fail_payment(uow, made.id, reason="")
    if status == "cancelled":
        cancel_payment(uow, made.id, reason="")
    if "refunded" in status:
        request_refund(uow, made.id, sek(amount if status == "refunded" else 1), is_by_hand=True)
    return made


def numbers(found: PaymentsList) -> list[int]:
    return [row.number for row in found.items]


@pytest.fixture
def everything(opened: Open) -> Iterator[UnitOfWork]:
    """One payment of each status, and one that a bank has not decided about, and one disputed."""
    with opened() as uow:
        for status in STATUSES:
            add(uow, status)
        for status in ("processing", "disputed"):
            made = add(uow)
            uow.session.flush()
            uow.session.execute(update(Payment).where(Payment.id == made.id).values(status=status))
        yield uow


def test_every_tab_counts_its_payments_and_shows_them(everything: UnitOfWork) -> None:
    found = payments_list(everything, PaymentsQuery())

    assert found.counts == {"all": 8} | dict.fromkeys((*STATUSES, "processing", "disputed"), 1)
    assert numbers(found) == [8, 7, 6, 5, 4, 3, 2, 1]
    for tab in (*STATUSES, "processing", "disputed"):
        rows = payments_list(everything, PaymentsQuery(tab=tab)).items  # type: ignore[arg-type]
        assert [row.status for row in rows] == [tab]


def test_the_counts_are_what_counting_says_after_many_changes(opened: Open) -> None:
    with opened() as uow:
        for _turn in range(3):
            for status in STATUSES:
                add(uow, status)

    with opened() as uow:
        counted = select(Payment.status, func.count()).group_by(Payment.status)
        kept = (
            select(PaymentCount.status, func.sum(PaymentCount.amount))
            .group_by(PaymentCount.status)
            .having(func.sum(PaymentCount.amount) != 0)
        )
        assert {**dict(uow.session.execute(kept).all())} == {**dict(uow.session.execute(counted).all())}


def test_pages_follow_each_other_both_ways(everything: UnitOfWork) -> None:
    first = payments_list(everything, PaymentsQuery(limit=3))
    second = payments_list(everything, PaymentsQuery(limit=3, after=first.after))
    last = payments_list(everything, PaymentsQuery(limit=3, after=second.after))
    back = payments_list(everything, PaymentsQuery(limit=3, before=last.before))

    assert [numbers(page) for page in (first, second, last, back)] == [
        [8, 7, 6],
        [5, 4, 3],
        [2, 1],
        [5, 4, 3],
    ]
    assert (first.before, last.after) == (None, None)


def test_a_payment_is_found_by_its_number_and_by_what_gateways_call_it(opened: Open) -> None:
    with opened() as uow:
        add(uow, "completed")
        tried = add(uow)
        uow.session.flush()
        gateway_knows(uow, tried.id, "pi_lost")

        assert numbers(payments_list(uow, PaymentsQuery(q=" #2 "))) == [2]
        assert numbers(payments_list(uow, PaymentsQuery(q="OCR 1"))) == [1]
        assert numbers(payments_list(uow, PaymentsQuery(q="pi_lost"))) == [2]
        assert numbers(payments_list(uow, PaymentsQuery(q="pi_other"))) == []


def test_payments_of_customers_are_found_beside_references(opened: Open) -> None:
    mine = new_id()
    with opened() as uow:
        add(uow, customer_id=mine)
        add(uow)
        add(uow, "completed")

        found = payments_list(uow, PaymentsQuery(q="OCR 3", customers=str(mine)))

        assert numbers(found) == [3, 1]
        assert numbers(payments_list(uow, PaymentsQuery(customers=f"{mine},{new_id()}"))) == [1]


def test_ids_that_are_none_are_said_to_be_so(uow: UnitOfWork) -> None:
    with pytest.raises(Invalid, match="no ids of customers"):
        payments_list(uow, PaymentsQuery(customers="abc"))


def test_days_begin_where_the_network_is(opened: Open) -> None:
    with opened() as uow:
        note_network(uow, time_zone="Europe/Stockholm")
    for at in ("2026-03-01T22:30", "2026-03-01T23:30", "2026-03-02T22:30"):
        with time_machine.travel(datetime.fromisoformat(at).replace(tzinfo=UTC)), opened() as uow:
            add(uow)

    with opened() as uow:
        second = PaymentsQuery(since=date(2026, 3, 2), until=date(2026, 3, 2))
        assert numbers(payments_list(uow, second)) == [3, 2]
        assert numbers(payments_list(uow, PaymentsQuery(until=date(2026, 3, 1)))) == [1]


def test_gateway_and_kind_narrow_the_list(opened: Open) -> None:
    with opened() as uow:
        add(uow)
        create_payment(
            uow,
            customer_id=new_id(),
            currency="SEK",
            items=[Item("Bas", 1)],
            gateway="stripe",
            kind="renewal",
        )

        assert numbers(payments_list(uow, PaymentsQuery(gateway="stripe"))) == [2]
        assert numbers(payments_list(uow, PaymentsQuery(kind="other"))) == [1]


def test_what_was_spent_is_received_less_refunded_and_never_what_is_only_asked_for(
    everything: UnitOfWork,
) -> None:
    rows = payments_list(everything, PaymentsQuery()).items

    spent = {row.status: row.spent.amount for row in rows}
    assert spent == {
        "pending": 0,
        "processing": 0,
        "failed": 0,
        "cancelled": 0,
        "completed": 1000,
        "partially_refunded": 999,
        "refunded": 0,
        "disputed": 0,
    }


def test_the_file_has_every_payment_once_and_runs_no_formula(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.billing.payments.export.BATCH", 2)
    with opened() as uow:
        for _turn in range(5):
            add(uow, "partially_refunded")
        uow.session.flush()
        uow.session.execute(update(Payment).where(Payment.number == 5).values(gateway_reference="=1+1"))

    written = b"".join(file_of(opened, PaymentsNarrowed())).decode("utf-8-sig").splitlines()

    assert written[0] == ",".join(COLUMNS)
    assert [line.partition(",")[0] for line in written[1:]] == ["5", "4", "3", "2", "1"]
    assert written[1].split(",")[5:11] == ["10.00", "10.00", "0.01", "9.99", "manual", "'=1+1"]


def test_a_page_and_its_counts_are_two_statements(everything: UnitOfWork, billing: Database) -> None:
    with statements(billing) as sent:
        payments_list(everything, PaymentsQuery(tab="completed"))

    assert len(sent) == 2


def gateway_knows(uow: UnitOfWork, payment_id: UUID, reference: str) -> None:
    """Write down an attempt that failed, and had a name at its gateway."""
    uow.add(GatewaySettings(gateway="stripe", is_enabled=True, is_default=True, test_result=""))
    uow.add(
        Charge(
            id=new_id(),
            payment_id=payment_id,
            status="failed",
            state="done",
            currency="SEK",
            amount=1000,
            gateway="stripe",
            key=f"charge:{reference}",
            reference=reference,
            due_at=uow.now,
        )
    )
    uow.session.flush()
