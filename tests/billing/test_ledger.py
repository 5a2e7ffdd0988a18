"""What is booked, and what the database refuses to book."""

from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kernel.database import UnitOfWork
from services.billing.books.ledger import book, book_disputed, book_fee
from services.billing.models import LedgerBalance, LedgerEntry, LedgerPosting, Payment
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, make_payment, sek


def balances(uow: UnitOfWork) -> dict[str, int]:
    rows = uow.session.execute(select(LedgerBalance.account, LedgerBalance.amount))
    return {row.account: row.amount for row in rows if row.amount}


def book_twice(uow: UnitOfWork) -> None:
    for _time in range(2):
        book(uow, cause="undone", act="x", currency="SEK", amounts={"revenue": -7, "receivable": 7})


def test_what_is_asked_for_is_owed_and_lies_with_the_gateway_once_it_came(
    opened: Open, customer_id: UUID
) -> None:
    with opened() as uow:
        payment = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", 1000)])
    with opened() as uow:
        assert balances(uow) == {"receivable": 1000, "revenue": -1000}

    with opened() as uow:
        complete_payment(uow, payment.id)

    with opened() as uow:
        assert balances(uow) == {"gateway_clearing": 1000, "revenue": -1000}


def test_refunds_fees_and_disputes_are_taken_from_what_lies_with_the_gateway(
    opened: Open, customer_id: UUID
) -> None:
    with opened() as uow:
        payment = make_payment(uow, customer_id, amount=1000)
    with opened() as uow:
        request_refund(uow, payment.id, sek(300), reason="")
        again = uow.get(Payment, payment.id)
        book_fee(uow, again, 29, step="fee")
        book_disputed(uow, again, 700, step="dispute:1:opened")

    with opened() as uow:
        assert balances(uow) == {
            "gateway_clearing": -29,
            "revenue": -1000,
            "refunds": 300,
            "fees": 29,
            "disputes": 700,
        }


def test_an_entry_that_does_not_sum_to_zero_is_refused_by_the_database(opened: Open) -> None:
    with pytest.raises(IntegrityError, match="does not sum to zero"), opened() as uow:
        book(uow, cause="x", act="x", currency="SEK", amounts={"revenue": -100, "receivable": 99})

    with opened() as uow:
        assert uow.session.scalars(select(LedgerEntry)).all() == []
        assert balances(uow) == {}


def test_the_same_cause_is_not_booked_twice(opened: Open) -> None:
    with opened() as uow:
        book(uow, cause="once", act="x", currency="SEK", amounts={"revenue": -100, "receivable": 100})

    with pytest.raises(IntegrityError, match="uq_ledger_entries_network_id_cause"), opened() as uow:
        book(uow, cause="once", act="x", currency="SEK", amounts={"revenue": -100, "receivable": 100})

    with opened() as uow:
        assert balances(uow) == {"receivable": 100, "revenue": -100}


def test_what_was_undone_with_its_part_of_the_transaction_is_not_in_the_balances(opened: Open) -> None:
    with opened() as uow:
        book(uow, cause="kept", act="x", currency="SEK", amounts={"revenue": -100, "receivable": 100})
        with pytest.raises(IntegrityError), uow.attempt():
            book_twice(uow)

    with opened() as uow:
        assert balances(uow) == {"receivable": 100, "revenue": -100}


def test_nothing_moved_is_nothing_booked(opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Free", 0)])

    with opened() as uow:
        assert uow.session.scalars(select(LedgerPosting)).all() == []


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_postings"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET network_id = NULL", "TRUNCATE {}"])
def test_nobody_changes_what_was_booked(opened: Open, customer_id: UUID, table: str, statement: str) -> None:
    with opened() as uow:
        make_payment(uow, customer_id)

    with pytest.raises(DBAPIError, match="permission denied"), opened() as uow:
        uow.session.execute(text(statement.format(table)))
