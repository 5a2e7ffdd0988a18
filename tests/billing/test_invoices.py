"""Invoices: issued once, numbered without gaps in the network's own year, and never changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from kernel.contracts.events import InvoiceIssued, InvoiceSent
from kernel.contracts.invoices import InvoiceDocument
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.invoices.credit_notes import issue_credit_note
from services.billing.invoices.issuing import invoice_of
from services.billing.invoices.of_payments import NothingToInvoice, issue_invoice, send_invoice
from services.billing.models import BillingSettings, Invoice, Payment
from services.billing.networks import note_network
from services.billing.payments.lifecycle import cancel_payment, complete_payment, create_payment
from services.billing.payments.line_changes import LinesFixed, remove_line
from services.billing.payments.lines import Item
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, make_payment, sek


def document_of(invoice: Invoice | None) -> InvoiceDocument:
    assert invoice is not None
    return InvoiceDocument.model_validate(invoice.document)


def numbers(uow: UnitOfWork, kind: str = "invoice") -> list[str]:
    return list(
        uow.session.scalars(select(Invoice.number).where(Invoice.kind == kind).order_by(Invoice.sequence))
    )


def unpaid(uow: UnitOfWork, customer_id: UUID, *items: Item, **more: object) -> Payment:
    items = items or (Item("Bas", 10000, tax_percent=Decimal(25)),)
    return create_payment(uow, customer_id=customer_id, currency="SEK", items=items, **more)  # type: ignore[arg-type]


def decide(uow: UnitOfWork, **rules: object) -> None:
    uow.add(BillingSettings(network_id=uow.network_id, decided=rules, logo="", modified_at=uow.now))


def test_a_payment_has_no_invoice_until_it_is_sent_or_paid(uow, customer_id):
    payment = unpaid(uow, customer_id)

    assert invoice_of(uow, payment.id) is None


def test_when_the_money_has_come_there_is_an_invoice(uow, customer_id):
    payment = unpaid(uow, customer_id)

    complete_payment(uow, payment.id)

    invoice = invoice_of(uow, payment.id)
    assert (invoice.number, invoice.total, invoice.tax) == (f"{uow.now.year}-00001", 12500, 2500)
    assert document_of(invoice).due_on is None


def test_it_is_told_before_the_payment_is(uow, customer_id):
    payment = unpaid(uow, customer_id)
    told = len(uow.published)

    complete_payment(uow, payment.id)

    assert [event.type for event in uow.published[told:]] == ["invoice.issued", "payment.completed"]


def test_an_invoice_is_issued_once(uow, customer_id):
    payment = unpaid(uow, customer_id)
    send_invoice(uow, payment.id)
    send_invoice(uow, payment.id)
    complete_payment(uow, payment.id)
    issue_invoice(uow, payment)

    assert numbers(uow) == [f"{uow.now.year}-00001"]


def test_who_is_sent_one_is_told_until_when_to_pay(uow, customer_id):
    decide(uow, pay_within=10)
    payment = unpaid(uow, customer_id)

    invoice = send_invoice(uow, payment.id)

    due_on = (uow.now + timedelta(days=10)).date()
    assert document_of(invoice).due_on == due_on
    sent = [event for event in uow.published if isinstance(event, InvoiceSent)]
    assert [(event.number, event.is_paid, event.due_on) for event in sent] == [
        (invoice.number, False, due_on)
    ]


def test_what_was_invoiced_changes_no_more(uow, customer_id):
    payment = unpaid(uow, customer_id, Item("Bas", 100), Item("Bok", 100))
    send_invoice(uow, payment.id)

    with pytest.raises(LinesFixed, match="An invoice was issued"):
        remove_line(uow, payment.id, payment.lines[0].id)

    assert [line.description for line in payment.lines] == ["Bas", "Bok"]


def test_a_payment_of_nothing_is_not_invoiced(uow, customer_id):
    payment = unpaid(uow, customer_id, Item("Gratis", 0))
    complete_payment(uow, payment.id)

    with pytest.raises(NothingToInvoice):
        send_invoice(uow, payment.id)

    assert numbers(uow) == []


def test_what_will_not_be_paid_is_not_invoiced(uow, customer_id):
    payment = unpaid(uow, customer_id)
    cancel_payment(uow, payment.id, reason="Mistake")

    with pytest.raises(NothingToInvoice):
        send_invoice(uow, payment.id)

    assert numbers(uow) == []


def test_an_invoice_that_nobody_is_to_pay_is_credited_as_a_whole(uow, customer_id):
    payment = unpaid(uow, customer_id)
    send_invoice(uow, payment.id)

    cancel_payment(uow, payment.id, reason="Mistake")

    note = uow.session.scalars(select(Invoice).where(Invoice.kind == "credit_note")).one()
    assert (note.number, note.total, note.tax) == (f"CN-{uow.now.year}-00001", 12500, 2500)
    assert document_of(note).credits == f"{uow.now.year}-00001"
    assert document_of(note).lines == document_of(invoice_of(uow, payment.id)).lines


def test_it_says_what_was_bought_for_which_days_and_with_which_taxes(uow, customer_id):
    note_network(uow, name="Nordljus", time_zone="Europe/Stockholm")
    payment = unpaid(
        uow,
        customer_id,
        Item("Bas", 10000, quantity=2, discount=500, tax_percent=Decimal(25)),
        Item("Bok", 10000, tax_percent=Decimal(6)),
    )
    payment.lines[0].starts_at = datetime(2026, 4, 30, 22, tzinfo=UTC)
    payment.lines[0].ends_at = datetime(2026, 5, 31, 22, tzinfo=UTC)
    complete_payment(uow, payment.id)

    said = document_of(invoice_of(uow, payment.id))

    assert said.seller.name == "Nordljus"
    assert (said.lines[0].starts_on, said.lines[0].ends_on) == (date(2026, 5, 1), date(2026, 5, 31))
    assert [(part.percent, part.net.amount, part.tax.amount) for part in said.taxes] == [
        (Decimal(25), 19500, 4875),
        (Decimal(6), 10000, 600),
    ]
    assert (said.net, said.tax, said.total) == (sek(29500), sek(5475), sek(34975))


def test_it_goes_on_saying_what_it_said(opened: Open, customer_id):
    with opened() as uow:
        decide(uow, company={"name": "Nordljus AB"}, invoice_prefix="A-")
        payment_id = complete_payment(uow, unpaid(uow, customer_id).id).id
    with opened() as uow:
        uow.session.execute(update(BillingSettings).values(decided={"company": {"name": "Sydljus AB"}}))
    with opened() as uow:
        invoice = invoice_of(uow, payment_id)

    assert document_of(invoice).seller.name == "Nordljus AB"
    assert invoice.number.startswith("A-")


@pytest.mark.parametrize(
    "change", ["UPDATE invoices SET total = 1", "DELETE FROM invoices", "DELETE FROM logos"]
)
def test_the_service_itself_may_not_change_it(opened: Open, customer_id, change):
    with opened() as uow:
        make_payment(uow, customer_id)

    with pytest.raises(ProgrammingError, match="permission denied"), opened() as uow:
        uow.session.execute(text(change))


def test_the_year_begins_when_it_does_in_the_network(opened: Open, customer_id):
    with opened() as uow:
        note_network(uow, time_zone="Europe/Stockholm")
    for at in ("2026-12-31 22:59:59", "2026-12-31 23:00:00", "2026-12-31 23:30:00"):
        with time_machine.travel(f"{at}+00:00", tick=False), opened() as uow:
            make_payment(uow, customer_id)

    with opened() as uow:
        issued = uow.session.scalars(select(Invoice).order_by(Invoice.issued_at)).all()

    assert [invoice.number for invoice in issued] == ["2026-00001", "2027-00001", "2027-00002"]
    assert [document_of(invoice).issued_on.isoformat() for invoice in issued] == [
        "2026-12-31", "2027-01-01", "2027-01-01",
    ]  # fmt: skip


class Undone(Exception):
    """Half of what was begun fails."""


def test_sessions_at_once_leave_no_gap_and_no_number_twice(opened: Open, customer_id):
    """Eight sessions, twenty-five invoices each, and as many that are undone after their number was taken."""
    start = Barrier(8)

    def issue(is_undone: bool) -> None:
        with opened() as uow:
            make_payment(uow, customer_id)
            if is_undone:
                raise Undone

    def session(_number: int) -> None:
        start.wait()
        for turn in range(50):
            try:
                issue(turn % 2 == 0)
            except Undone:
                continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(session, range(8)))

    with opened() as uow:
        issued = list(uow.session.scalars(select(Invoice.sequence).order_by(Invoice.sequence)))
        year = uow.now.year
        assert numbers(uow)[-1] == f"{year}-00200"
    assert issued == list(range(1, 201))


def test_two_who_send_at_once_issue_one(opened: Open, customer_id):
    with opened() as uow:
        payment_id = unpaid(uow, customer_id).id
    start = Barrier(4)

    def send(_number: int) -> str:
        start.wait()
        with opened() as uow:
            return send_invoice(uow, payment_id).number

    with ThreadPoolExecutor(4) as pool:
        sent = set(pool.map(send, range(4)))

    with opened() as uow:
        assert numbers(uow) == [*sent]


@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_the_database_holds_a_payment_to_one(uow, customer_id, kind):
    payment = make_payment(uow, customer_id)
    invoice = invoice_of(uow, payment.id)
    again = {column.name: getattr(invoice, column.name) for column in Invoice.__table__.columns}
    again |= {
        "id": new_id(),
        "kind": kind,
        "sequence": 90,
        "credits_id": invoice.id if kind != "invoice" else None,
    }
    again.pop("number_key")
    if kind == "credit_note":
        uow.add(Invoice(**again | {"id": new_id(), "sequence": 91}))
        uow.session.flush()

    with pytest.raises(IntegrityError, match="uq_invoices_payment"), uow.attempt():
        uow.add(Invoice(**again))


def test_what_was_refunded_without_an_invoice_is_credited_when_there_is_one(uow, customer_id):
    payment = unpaid(uow, customer_id)
    payment.status, payment.captured = "completed", payment.total
    refund = request_refund(uow, payment.id, sek(2500), reason="")
    assert issue_credit_note(uow, refund) is None

    issue_invoice(uow, payment)

    assert [event.number for event in uow.published if isinstance(event, InvoiceIssued)] == [
        f"{uow.now.year}-00001",
        f"CN-{uow.now.year}-00001",
    ]
