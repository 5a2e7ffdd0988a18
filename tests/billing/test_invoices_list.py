"""The list of invoices: tabs that say what each shows, a search, days, pages, the file, and what it costs."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import update

from kernel.contracts.events import InvoicesExported
from kernel.contracts.invoices import InvoiceList, InvoicesNarrowed, InvoicesQuery
from kernel.cursors import CursorNotValid
from kernel.database import Database, UnitOfWork
from kernel.errors import Invalid
from kernel.ids import new_id
from services.billing.invoices.credit_notes import take_back_credit_note
from services.billing.invoices.export import COLUMNS, file_of, note_export
from services.billing.invoices.of_payments import send_invoice
from services.billing.models import Payment
from services.billing.networks import note_network
from services.billing.payments.lifecycle import cancel_payment, complete_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.queries.invoices import invoices
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, sek
from tests.calling import statements


def asked(uow: UnitOfWork, amount: int = 1000, customer_id: UUID | None = None) -> Payment:
    """Send somebody the invoice of a payment."""
    items = [Item("Bas", amount)]
    made = create_payment(uow, customer_id=customer_id or new_id(), currency="SEK", items=items)
    send_invoice(uow, made.id)
    return made


def numbers(found: InvoiceList) -> list[str]:
    """Return the numbers without their year: ``1``, and ``CN1`` of a credit note."""
    return [
        ("CN" if row.kind == "credit_note" else "") + str(int(row.number.rpartition("-")[2]))
        for row in found.items
    ]


@pytest.fixture
def everything(opened: Open) -> Iterator[UnitOfWork]:
    """Unpaid 1; paid 2; refunded in part 3, as a whole 4; cancelled 5; disputed 6, and 7 that went back."""
    with opened() as uow:
        for number in range(1, 8):
            made = asked(uow)
            if number in {2, 3, 4, 6, 7}:
                complete_payment(uow, made.id)
            if number in {3, 4, 7}:
                request_refund(uow, made.id, sek(1 if number == 3 else 1000), is_by_hand=True)
            if number == 5:
                cancel_payment(uow, made.id, reason="")
            if number in {6, 7}:
                uow.session.flush()
                told = {"disputed": 1000, "status": "disputed"}
                uow.session.execute(update(Payment).where(Payment.id == made.id).values(**told))
        yield uow


def test_each_tab_holds_what_the_list_says_of_it(everything: UnitOfWork) -> None:
    assert numbers(invoices(everything, InvoicesQuery())) == [
        "CN4", "7", "6", "CN3", "5", "CN2", "4", "CN1", "3", "2", "1",
    ]  # fmt: skip
    assert numbers(invoices(everything, InvoicesQuery(tab="unpaid"))) == ["6", "1"]
    assert numbers(invoices(everything, InvoicesQuery(tab="paid"))) == ["3", "2"]
    assert numbers(invoices(everything, InvoicesQuery(tab="credited"))) == ["7", "5", "4"]
    assert numbers(invoices(everything, InvoicesQuery(tab="credit_notes"))) == ["CN4", "CN3", "CN2", "CN1"]
    for tab in ("unpaid", "paid", "credited"):
        assert {row.state for row in invoices(everything, InvoicesQuery(tab=tab)).items} == {tab}  # type: ignore[arg-type]


def test_what_is_invoiced_anew_is_no_claim_of_its_own(opened: Open) -> None:
    with opened() as uow:
        made = asked(uow)
        complete_payment(uow, made.id)
        refund = request_refund(uow, made.id, sek(1000), is_by_hand=True)
        take_back_credit_note(uow, refund)

        assert numbers(invoices(uow, InvoicesQuery())) == ["2", "CN1", "1"]
        assert numbers(invoices(uow, InvoicesQuery(tab="paid"))) == ["1"]
        assert numbers(invoices(uow, InvoicesQuery(tab="credited"))) == []


def test_an_invoice_is_found_by_how_its_number_begins_or_by_its_customer(opened: Open) -> None:
    mine = new_id()
    with opened() as uow:
        asked(uow)
        asked(uow, customer_id=mine)
        year = uow.now.year

        assert numbers(invoices(uow, InvoicesQuery(q=f" {year}-00001 "))) == ["1"]
        assert numbers(invoices(uow, InvoicesQuery(q=str(year)))) == ["2", "1"]
        assert numbers(invoices(uow, InvoicesQuery(q=f"{year}-00001", customers=str(mine)))) == ["2", "1"]
        assert numbers(invoices(uow, InvoicesQuery(customers=f"{mine},{new_id()}"))) == ["2"]
        assert numbers(invoices(uow, InvoicesQuery(q="asa"))) == []
        with pytest.raises(Invalid, match="no ids of customers"):
            invoices(uow, InvoicesQuery(customers="abc"))


def test_days_are_those_of_the_network_with_both_ends(opened: Open) -> None:
    with opened() as uow:
        note_network(uow, time_zone="Europe/Stockholm")
    for at in ("2026-03-01T22:30", "2026-03-01T23:30", "2026-03-02T22:30"):
        with time_machine.travel(datetime.fromisoformat(at).replace(tzinfo=UTC)), opened() as uow:
            asked(uow)

    with opened() as uow:
        second = InvoicesQuery(since=date(2026, 3, 2), until=date(2026, 3, 2))
        assert numbers(invoices(uow, second)) == ["3", "2"]
        assert numbers(invoices(uow, InvoicesQuery(until=date(2026, 3, 1)))) == ["1"]
        assert numbers(invoices(uow, InvoicesQuery(since=date.min, until=date.max))) == ["3", "2", "1"]


def test_pages_follow_each_other_both_ways(everything: UnitOfWork) -> None:
    first = invoices(everything, InvoicesQuery(limit=5))
    second = invoices(everything, InvoicesQuery(limit=5, after=first.after))
    last = invoices(everything, InvoicesQuery(limit=5, after=second.after))
    back = invoices(everything, InvoicesQuery(limit=5, before=last.before))

    assert [len(page.items) for page in (first, second, last)] == [5, 5, 1]
    assert numbers(back) == numbers(second)
    assert (first.before, last.after) == (None, None)
    with pytest.raises(CursorNotValid):
        invoices(everything, InvoicesQuery(after=first.after, before=first.after))


def test_the_file_has_every_row_once(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.billing.invoices.export.BATCH", 2)
    with opened() as uow:
        for _turn in range(3):
            made = asked(uow)
            complete_payment(uow, made.id)
        request_refund(uow, made.id, sek(400), is_by_hand=True)

    written = b"".join(file_of(opened, InvoicesNarrowed())).decode("utf-8-sig")

    rows = list(csv.DictReader(StringIO(written)))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["total"] for row in rows] == ["4.00", "10.00", "10.00", "10.00"]
    assert [row["state"] for row in rows] == ["", "paid", "paid", "paid"]


def test_who_takes_the_list_along_is_told(opened: Open) -> None:
    with opened() as uow:
        note_export(uow, InvoicesNarrowed(tab="unpaid", until=date(2026, 3, 1)))

        [told] = [event for event in uow.published if isinstance(event, InvoicesExported)]
        assert told.narrowed == {"tab": "unpaid", "until": "2026-03-01"}


@pytest.mark.parametrize("tab", ["all", "unpaid", "paid", "credited", "credit_notes"])
def test_a_page_is_one_statement_and_two_with_days(
    everything: UnitOfWork, billing: Database, tab: str
) -> None:
    with statements(billing) as sent:
        invoices(everything, InvoicesQuery(tab=tab))  # type: ignore[arg-type]
    with statements(billing) as with_days:
        invoices(everything, InvoicesQuery(tab=tab, until=date(2030, 1, 1)))  # type: ignore[arg-type]

    assert (len(sent), len(with_days)) == (1, 2)
