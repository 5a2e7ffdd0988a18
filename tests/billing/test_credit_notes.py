"""Credit notes: one for each refund, and in sum never more than the invoice, rate by rate."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.contracts.invoices import InvoiceDocument
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from services.billing.invoices.credit_notes import cancel_invoice, issue_credit_note, take_back_credit_note
from services.billing.invoices.documents import credited_lines
from services.billing.invoices.issuing import invoice_of
from services.billing.models import Invoice, Payment
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.refunds.lifecycle import request_refund, settle_refund
from tests.billing.conftest import sek


@pytest.fixture
def payment(uow: UnitOfWork, customer_id: UUID) -> Payment:
    """125.00 at 25 per cent and 106.00 at 6, received."""
    items = [Item("Bas", 10000, tax_percent=Decimal(25)), Item("Bok", 10000, tax_percent=Decimal(6))]
    made = create_payment(uow, customer_id=customer_id, currency="SEK", items=items)
    return complete_payment(uow, made.id)


def notes(uow: UnitOfWork) -> list[Invoice]:
    found = select(Invoice).where(Invoice.kind == "credit_note").order_by(Invoice.sequence)
    return list(uow.session.scalars(found))


def shares(invoice: Invoice) -> list[tuple[int, int, int]]:
    said = InvoiceDocument.model_validate(invoice.document)
    return [(int(part.percent), part.net.amount, part.tax.amount) for part in said.taxes]


def test_a_refund_is_credited_in_proportion_to_what_was_taxed(uow, payment):
    request_refund(uow, payment.id, sek(2310), reason="Goodwill")

    [note] = notes(uow)
    assert note.number == f"CN-{uow.now.year}-00001"
    assert shares(note) == [(25, 1000, 250), (6, 1000, 60)]
    assert InvoiceDocument.model_validate(note.document).credits == invoice_of(uow, payment.id).number


def test_all_at_once_is_credited_line_by_line(uow, payment):
    request_refund(uow, payment.id, sek(23100), reason="")

    [note] = notes(uow)
    lines = InvoiceDocument.model_validate(note.document).lines
    assert [line.description for line in lines] == ["Bas", "Bok"]
    assert shares(note) == shares(invoice_of(uow, payment.id))


def test_parts_that_are_all_of_it_are_exactly_the_invoice(uow, payment):
    for amount in (1, 333, 7777, 14989):
        request_refund(uow, payment.id, sek(amount), reason="")

    by_rate = {25: [0, 0], 6: [0, 0]}
    for note in notes(uow):
        for percent, net, tax in shares(note):
            by_rate[percent][0] += net
            by_rate[percent][1] += tax
    assert by_rate == {25: [10000, 2500], 6: [10000, 600]}


def test_a_refund_is_credited_once(uow, payment):
    refund = request_refund(uow, payment.id, sek(100), reason="")

    again = issue_credit_note(uow, refund)

    assert [again.id] == [note.id for note in notes(uow)]


def test_money_that_came_again_is_invoiced_again_and_can_be_credited_once_more(uow, payment):
    refund = request_refund(uow, payment.id, sek(23100), reason="")

    settle_refund(uow, refund.id, Outcome("reversed"))

    back = take_back_credit_note(uow, refund)

    assert (back.kind, back.number, back.total) == ("invoice", f"{uow.now.year}-00002", 23100)
    assert InvoiceDocument.model_validate(back.document).credits == notes(uow)[0].number
    request_refund(uow, payment.id, sek(23100), reason="")
    assert shares(notes(uow)[1]) == [(25, 10000, 2500), (6, 10000, 600)]


def test_without_an_invoice_there_is_nothing_to_cancel(uow, customer_id):
    payment = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", 100)])

    assert cancel_invoice(uow, payment) is None
    assert notes(uow) == []


def test_it_is_the_customers_whose_invoice_it_credits(uow, payment, customer_id, network):
    payment.customer_id = network

    request_refund(uow, payment.id, sek(100), reason="")

    assert notes(uow)[0].customer_id == customer_id


RATES = st.dictionaries(
    st.sampled_from([Decimal(25), Decimal(12), Decimal(6), Decimal(0)]),
    st.integers(1, 10**9).flatmap(lambda net: st.tuples(st.just(net), st.integers(0, net))),
    min_size=1,
)


@given(left=RATES, data=st.data())
def test_no_rate_gives_more_than_it_has(left, data):
    total = sum(net + tax for net, tax in left.values())
    amount = data.draw(st.integers(1, total))

    lines = credited_lines(left, amount, "SEK")

    assert sum(line.total.amount for line in lines) == amount
    for line in lines:
        net, tax = left[line.tax_percent]
        assert 0 <= line.tax.amount <= tax
        assert 0 <= line.net.amount <= net
