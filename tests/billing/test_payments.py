"""Payments: asked for, received or not."""

from decimal import Decimal
from uuid import UUID

import pytest

from kernel.contracts.events import PaymentCompleted, PaymentCreated, PaymentFailed
from kernel.database import UnitOfWork
from services.billing.models.payments import PaymentNotOpen
from services.billing.payments.lifecycle import complete_payment, create_payment, fail_payment
from services.billing.payments.lines import Item
from tests.billing.conftest import make_payment, sek


def test_a_payment_is_what_its_lines_sum_to(uow: UnitOfWork, customer_id: UUID) -> None:
    items = [Item("Bas", 19900, tax_percent=Decimal(25)), Item("Domän", 9900, quantity=2)]

    payment = create_payment(uow, customer_id=customer_id, currency="SEK", items=items, discount=1000)

    assert payment.total == sum(line.total for line in payment.lines)
    assert [line.discount for line in payment.lines] == [501, 499]
    assert (payment.status, payment.captured, payment.number) == ("pending", 0, 1)
    assert uow.published == [
        PaymentCreated(
            payment_id=payment.id,
            customer_id=customer_id,
            membership_id=None,
            number=1,
            total=sek(payment.total),
        )
    ]


def test_a_completed_payment_has_all_its_money(uow: UnitOfWork, customer_id: UUID) -> None:
    payment = make_payment(uow, customer_id, amount=1000)

    assert (payment.status, payment.captured, payment.completed_at) == ("completed", 1000, uow.now)
    assert isinstance(uow.published[-1], PaymentCompleted)


def test_a_failed_payment_says_why(uow: UnitOfWork, customer_id: UUID) -> None:
    payment = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", 1000)])

    fail_payment(uow, payment.id, reason="Kortet har gått ut.")

    assert (payment.status, payment.captured) == ("failed", 0)
    assert uow.published[-1] == PaymentFailed(
        payment_id=payment.id,
        customer_id=customer_id,
        number=1,
        total=sek(1000),
        reason="Kortet har gått ut.",
    )


def test_a_settled_payment_is_not_settled_again(uow: UnitOfWork, customer_id: UUID) -> None:
    payment = make_payment(uow, customer_id)
    said = list(uow.published)

    with pytest.raises(PaymentNotOpen, match=r"This payment is completed already."):
        complete_payment(uow, payment.id)
    with pytest.raises(PaymentNotOpen):
        fail_payment(uow, payment.id, reason="")

    assert uow.published == said
