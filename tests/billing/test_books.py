"""Whether the books agree with themselves."""

from uuid import UUID

from sqlalchemy import select, text, update

from kernel.auth import Identity
from kernel.contracts.money import Money
from kernel.contracts.reconciliation import Balance, BookError
from kernel.database import Database
from kernel.work import perform
from services.billing.books.checks import ask_for_check, plan_checks, read_books, rebuild_balances
from services.billing.books.ledger import book
from services.billing.models import BookCheck, LedgerBalance, Payment
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, make_payment, sek
from worker.performers.book_checks import book_check


def stored(uow_of: Open) -> dict[str, int]:
    with uow_of() as uow:
        rows = uow.session.execute(select(LedgerBalance.account, LedgerBalance.amount))
        return {row.account: row.amount for row in rows}


def test_books_in_order_have_no_errors_and_stored_balances_as_their_postings(
    opened: Open, customer_id: UUID
) -> None:
    with opened() as uow:
        payment = make_payment(uow, customer_id, amount=1000)
    with opened() as uow:
        request_refund(uow, payment.id, sek(300), reason="")

    with opened() as uow:
        balances, errors = read_books(uow)

    assert errors == []
    assert balances == [
        Balance(account=account, stored=sek(amount), posted=sek(amount))
        for account, amount in (
            ("gateway_clearing", 700), ("receivable", 0), ("refunds", 300), ("revenue", -1000),
        )
    ]  # fmt: skip


def test_a_payment_that_nobody_booked_is_found(opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        payment = make_payment(uow, customer_id, amount=1000)
    with opened() as uow:
        uow.session.execute(update(Payment).where(Payment.id == payment.id).values(total=1100, captured=1100))

    with opened() as uow:
        _balances, errors = read_books(uow)

    assert errors == [
        BookError(account="gateway_clearing and fees", booked=sek(1000), expected=sek(1100)),
        BookError(account="revenue", booked=sek(-1000), expected=sek(-1100)),
    ]


def test_currencies_are_kept_apart(opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        make_payment(uow, customer_id, amount=1000)
        book(uow, cause="x", act="x", currency="EUR", amounts={"revenue": -5, "fees": 5})

    with opened() as uow:
        _balances, errors = read_books(uow)

    def eur(amount: int) -> Money:
        return Money(amount=amount, currency="EUR")

    assert errors == [
        BookError(account="gateway_clearing and fees", booked=eur(5), expected=eur(0)),
        BookError(account="revenue", booked=eur(-5), expected=eur(0)),
    ]


def test_a_stored_balance_that_went_wrong_is_found_and_made_right_by_the_postings(
    opened: Open, customer_id: UUID
) -> None:
    with opened() as uow:
        make_payment(uow, customer_id, amount=1000)
    with opened() as uow:
        uow.session.execute(text("UPDATE ledger_balances SET amount = 7 WHERE account = 'revenue'"))
        uow.session.execute(text("DELETE FROM ledger_balances WHERE account = 'gateway_clearing'"))

    with opened() as uow:
        wrong = [balance.account for balance in read_books(uow)[0] if balance.stored != balance.posted]
    with opened() as uow:
        rebuild_balances(uow)

    assert wrong == ["gateway_clearing", "revenue"]
    assert stored(opened) == {"gateway_clearing": 1000, "receivable": 0, "revenue": -1000}


def test_every_network_that_books_is_checked_once_a_day(
    billing: Database, opened: Open, owner: Identity, customer_id: UUID
) -> None:
    with opened() as uow:
        make_payment(uow, customer_id, amount=1000)
        now = uow.now

    plan_checks(billing, now)
    plan_checks(billing, now)

    with opened() as uow:
        check = uow.session.scalars(select(BookCheck)).one()
    assert perform(book_check, billing, check.id)
    assert not perform(book_check, billing, check.id)
    with opened() as uow:
        checked = uow.session.scalars(select(BookCheck)).one()
        assert checked.checked_at is not None
        assert (checked.due_at - checked.checked_at).days == 1
        assert (checked.state, checked.errors, len(checked.balances)) == ("due", [], 3)


def test_who_asks_has_the_books_looked_at_now(billing: Database, opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        make_payment(uow, customer_id, amount=1000)
        ask_for_check(uow)
    with opened() as uow:
        check = uow.session.scalars(select(BookCheck)).one()
    perform(book_check, billing, check.id)

    with opened() as uow:
        ask_for_check(uow)

    assert perform(book_check, billing, check.id)
