"""Refunds by hand: never more than is left, however many click at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.events import PaymentRefunded
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from services.billing.models import Payment, Refund
from services.billing.models.payments import PaymentNotRefundable, RefundNotPositive, RefundTooLarge
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import Open, make_payment, sek


def test_a_part_that_is_given_back_leaves_the_rest(uow: UnitOfWork, customer_id: UUID) -> None:
    payment = make_payment(uow, customer_id, amount=1000)

    refund = request_refund(uow, payment.id, sek(400), reason="Goodwill")

    assert (payment.status, payment.refundable) == ("partially_refunded", 600)
    assert refund.reference == f"manual:refund:{refund.id}"
    assert uow.published[-1] == PaymentRefunded(
        refund_id=refund.id, payment_id=payment.id, customer_id=customer_id, number=1, amount=sek(400)
    )


def test_when_all_is_given_back_the_payment_is_refunded(uow: UnitOfWork, customer_id: UUID) -> None:
    payment = make_payment(uow, customer_id, amount=1000)

    request_refund(uow, payment.id, sek(400), reason="")
    request_refund(uow, payment.id, sek(600), reason="")

    assert (payment.status, payment.refundable) == ("refunded", 0)
    assert sorted(refund.amount for refund in payment.refunds) == [400, 600]


def test_a_refund_above_the_rest_is_refused_and_nothing_is_published(
    uow: UnitOfWork, customer_id: UUID
) -> None:
    payment = make_payment(uow, customer_id, amount=1000)
    said = list(uow.published)

    with pytest.raises(RefundTooLarge, match=r"At most 10.00 SEK can be refunded."):
        request_refund(uow, payment.id, sek(1001), reason="")

    assert payment.refundable == 1000
    assert uow.published == said


def test_another_currency_is_refused(uow: UnitOfWork, customer_id: UUID) -> None:
    payment = make_payment(uow, customer_id)

    with pytest.raises(RefundTooLarge):
        request_refund(uow, payment.id, Money(amount=1, currency="EUR"), reason="")


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_no_refund(uow: UnitOfWork, customer_id: UUID, amount: int) -> None:
    payment = make_payment(uow, customer_id)

    with pytest.raises(RefundNotPositive):
        request_refund(uow, payment.id, sek(amount), reason="")


def test_money_that_never_came_is_not_given_back(uow: UnitOfWork, customer_id: UUID) -> None:
    payment = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", 1000)])

    with pytest.raises(PaymentNotRefundable, match=r"A payment that is pending cannot be refunded."):
        request_refund(uow, payment.id, sek(1), reason="")


def test_of_eight_who_ask_for_sixty_percent_at_once_one_succeeds_three_hundred_times(
    opened: Open, customer_id: UUID
) -> None:
    with opened() as uow:
        payments = [make_payment(uow, customer_id, amount=10000).id for _ in range(300)]
    together = Barrier(8, timeout=60)

    def refund_all(_: int) -> list[str]:
        return [refund(payment_id) for payment_id in payments]

    def refund(payment_id: UUID) -> str:
        together.wait()
        try:
            with opened() as uow:
                request_refund(uow, payment_id, sek(6000), reason="race")
        except RefundTooLarge as told:
            return str(told)
        return "won"

    with ThreadPoolExecutor(8) as pool:
        answers = [Counter(of_one) for of_one in zip(*pool.map(refund_all, range(8)), strict=True)]

    assert answers == [{"won": 1, "At most 40.00 SEK can be refunded.": 7}] * 300
    with opened() as uow:
        assert set(uow.session.scalars(select(Payment.refunded))) == {6000}
        assert list(uow.session.scalars(select(Refund.amount))) == [6000] * 300
