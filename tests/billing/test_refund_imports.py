"""Refunds that were made at the gateway's own desk are written down once; ours are known again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.plugins import Outcome
from services.billing.models import LedgerBalance, Refund
from services.billing.refunds.imports import ChargeNotKnownYet, NoRoomYet, import_refund
from services.billing.refunds.lifecycle import request_refund
from tests.billing.bank import CHARGE, NAME, Desk, bank, desk, paid_through_the_bank
from tests.billing.conftest import Open, sek

__all__ = ["bank", "desk"]


@pytest.fixture
def payment_id(opened: Open, desk: Desk, customer_id: UUID) -> UUID:
    with opened() as uow:
        return paid_through_the_bank(uow, customer_id).id


def outcome(state: Any = "succeeded", amount: int = 600, *, name: str = "re_9", key: str = "") -> Outcome:
    return Outcome(state, name, charge=CHARGE, money=sek(amount), key=key)


def take(desk: Desk, *outcomes: Outcome) -> None:
    for one in outcomes:
        with desk.opened() as uow:
            import_refund(uow, NAME, one)


def rows(desk: Desk) -> list[tuple[str, str, int]]:
    with desk.opened() as uow:
        found = select(Refund.origin, Refund.status, Refund.amount).order_by(Refund.created_at, Refund.id)
        return [tuple(row) for row in uow.session.execute(found)]  # type: ignore[misc]


def refunded(desk: Desk) -> int:
    with desk.opened() as uow:
        booked = select(LedgerBalance.amount).where(LedgerBalance.account == "refunds")
        return uow.session.scalar(booked) or 0


def test_a_foreign_refund_is_written_down_once(desk: Desk, payment_id: UUID) -> None:
    take(desk, outcome(), outcome(), outcome())

    assert rows(desk) == [("gateway", "succeeded", 600)]
    assert (desk.payment(payment_id).status, refunded(desk)) == ("partially_refunded", 600)


def test_two_parts_are_two_refunds_and_no_sum_is_counted(desk: Desk, payment_id: UUID) -> None:
    take(desk, outcome(amount=300), outcome(amount=200, name="re_10"), outcome(amount=300))

    assert rows(desk) == [("gateway", "succeeded", 300), ("gateway", "succeeded", 200)]
    assert desk.payment(payment_id).refundable == 500


def test_two_messages_at_once_write_it_down_once(desk: Desk, payment_id: UUID) -> None:
    together = Barrier(4, timeout=20)

    def one_of_them(_: int) -> None:
        together.wait()
        take(desk, outcome())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one_of_them, range(4)))

    assert rows(desk) == [("gateway", "succeeded", 600)]
    assert refunded(desk) == 600


def test_ours_is_known_by_its_key_before_its_name_is(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        refund_id = request_refund(uow, payment_id, sek(600)).id

    take(desk, outcome(key=f"refund:{refund_id}"), outcome())

    assert rows(desk) == [("atoll", "succeeded", 600)]
    assert desk.refund(refund_id).reference == "re_9"


def test_a_foreign_one_that_the_bank_has_is_asked_after(desk: Desk, payment_id: UUID) -> None:
    take(desk, outcome("pending"))
    [refund_id] = _ids(desk)
    desk.bank.made["theirs"] = outcome()

    desk.work(refund_id)

    assert rows(desk) == [("gateway", "succeeded", 600)]
    assert desk.bank.posts == []


def test_a_foreign_one_that_comes_back_is_booked_back(desk: Desk, payment_id: UUID) -> None:
    take(desk, outcome(), outcome("failed"), outcome("failed"))

    assert rows(desk) == [("gateway", "reversed", 600)]
    assert (desk.payment(payment_id).refundable, refunded(desk)) == (1000, 0)


@pytest.mark.parametrize("state", ["failed", "reversed"])
def test_of_what_never_went_nothing_is_written(desk: Desk, payment_id: UUID, state: str) -> None:
    take(desk, outcome(state))

    assert rows(desk) == []


def test_what_has_no_room_waits_until_ours_is_decided(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        refund_id = request_refund(uow, payment_id, sek(600)).id
    with pytest.raises(NoRoomYet):
        take(desk, outcome(amount=1000))
    desk.bank.state = "failed"
    desk.work(refund_id)

    take(desk, outcome(amount=1000))

    assert rows(desk) == [("atoll", "failed", 600), ("gateway", "succeeded", 1000)]


def test_a_refund_of_another_installation_is_left_alone(desk: Desk, payment_id: UUID) -> None:
    with desk.opened() as uow:
        told = Outcome("succeeded", "re_9", charge="ch_foreign", money=sek(600))
        assert import_refund(uow, NAME, told) is None

    assert rows(desk) == []


def test_a_refund_of_a_charge_that_is_not_settled_here_yet_is_not_passed_over(
    desk: Desk, opened: Open, customer_id: UUID
) -> None:
    """The charge's own answer was lost, and somebody gave the money back at the gateway's desk."""
    with opened() as uow:
        labels = {"network": str(uow.network_id)}
    told = Outcome("succeeded", "re_9", charge="ch_late", money=sek(600), labels=labels)
    with pytest.raises(ChargeNotKnownYet):
        take(desk, told)
    with opened() as uow:
        paid_through_the_bank(uow, customer_id, reference="ch_late")

    take(desk, told)

    assert rows(desk) == [("gateway", "succeeded", 600)]


def _ids(desk: Desk) -> list[UUID]:
    with desk.opened() as uow:
        return list(uow.session.scalars(select(Refund.id)))
