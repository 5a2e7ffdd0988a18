"""Lines of a pending payment: changed one at a time, the ledger with them, and never of what is settled."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.events import PaymentLinesChanged
from kernel.contracts.payments import LineOrder
from kernel.database import UnitOfWork
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_id
from services.billing.models import LedgerBalance, LedgerEntry, Payment
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.line_changes import add_line, change_line, remove_line
from services.billing.payments.lines import Item
from tests.billing.conftest import Open, make_payment, make_product, sek


@pytest.fixture
def payment(uow: UnitOfWork, customer_id: UUID) -> Payment:
    items = [Item("Bas", 19900, tax_percent=Decimal(25)), Item("Domän", 9900)]
    made = create_payment(uow, customer_id=customer_id, currency="SEK", items=items)
    uow.session.flush()
    return made


def booked(uow: UnitOfWork, payment: Payment) -> list[str]:
    mine = select(LedgerEntry.act).where(LedgerEntry.payment_id == payment.id).order_by(LedgerEntry.id)
    return list(uow.session.scalars(mine))


def test_a_line_that_is_added_is_owed_too(uow: UnitOfWork, payment: Payment) -> None:
    order = LineOrder(description="Hjälp", quantity=2, unit=50000, discount=10000, tax_percent=Decimal(25))

    add_line(uow, payment.id, order)

    added = payment.lines[-1]
    assert (added.position, added.total, added.tax, added.tax_percent) == (3, 112500, 22500, 25)
    assert payment.total == 24875 + 9900 + 112500
    assert (payment.tax, payment.discount, payment.version) == (4975 + 22500, 10000, 2)
    assert booked(uow, payment) == ["created", "2"]
    assert uow.published[-1] == PaymentLinesChanged(
        payment_id=payment.id,
        customer_id=payment.customer_id,
        number=1,
        before=sek(34775),
        total=sek(147275),
    )


def test_what_is_owed_follows_every_change(opened: Open, customer_id: UUID) -> None:
    with opened() as uow:
        made = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", 1000)])
        add_line(uow, made.id, LineOrder(description="Mer", unit=500))
        change_line(uow, made.id, made.lines[0].id, LineOrder(description="Bas", unit=200))
        remove_line(uow, made.id, made.lines[1].id)

    with opened() as uow:
        owed = select(LedgerBalance.amount).where(LedgerBalance.account == "receivable")
        assert uow.session.scalar(owed) == 200
        assert uow.get(Payment, made.id).total == 200


def test_a_product_brings_its_name_and_price(uow: UnitOfWork, payment: Payment) -> None:
    product = make_product(uow)
    uow.session.flush()

    add_line(uow, payment.id, LineOrder(product_id=product.id))

    added = payment.lines[-1]
    assert (added.description, added.unit, added.product_id, added.kind) == (
        "Bas",
        19900,
        product.id,
        "product",
    )


@pytest.mark.parametrize(
    ("order", "field", "sentence"),
    [
        (LineOrder(unit=100), "lines.0.description", "Say what this is for, or choose a product."),
        (LineOrder(description="Mer"), "lines.0.unit", "Say what it costs: there is no price in SEK."),
    ],
)
def test_a_line_that_says_too_little_is_refused_beside_its_field(
    uow: UnitOfWork, payment: Payment, order: LineOrder, field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add_line(uow, payment.id, order)

    assert {name: str(words) for name, words in refusal.value.fields.items()} == {field: sentence}
    assert (len(payment.lines), payment.version) == (2, 1)


def test_the_only_line_stays(uow: UnitOfWork, customer_id: UUID) -> None:
    made = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", 1000)])

    with pytest.raises(Conflict, match="cancel the payment instead"):
        remove_line(uow, made.id, made.lines[0].id)

    assert made.total == 1000


def test_who_has_not_seen_what_somebody_else_changed_is_told(uow: UnitOfWork, payment: Payment) -> None:
    add_line(uow, payment.id, LineOrder(description="Mer", unit=500), seen=1)

    with pytest.raises(Conflict, match="Somebody else changed this payment"):
        add_line(uow, payment.id, LineOrder(description="Ännu mer", unit=500), seen=1)

    assert len(payment.lines) == 3


def test_a_line_of_another_payment_is_not_there(uow: UnitOfWork, payment: Payment) -> None:
    with pytest.raises(NotFound, match="no such line"):
        remove_line(uow, payment.id, new_id())


def test_what_was_paid_is_not_changed(uow: UnitOfWork, customer_id: UUID) -> None:
    paid = make_payment(uow, customer_id)

    with pytest.raises(Conflict, match="only while the payment is pending"):
        add_line(uow, paid.id, LineOrder(description="Mer", unit=500))

    assert (paid.total, paid.version) == (1000, 1)


def test_a_payment_that_was_changed_is_completed_as_it_is(uow: UnitOfWork, payment: Payment) -> None:
    add_line(uow, payment.id, LineOrder(description="Mer", unit=500))

    complete_payment(uow, payment.id)

    assert payment.captured == payment.total == 35275
