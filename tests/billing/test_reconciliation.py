"""What differs between us and a gateway's own list is found; what does not is left alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from kernel import clock
from kernel.config import Settings
from kernel.contracts.money import Money
from kernel.contracts.plugins import Dispute, Movement
from kernel.database import Database
from kernel.ids import new_id
from kernel.sealing import Sealer
from kernel.work import perform
from services.billing.gateways.configured import Gateways
from services.billing.models import (
    Charge,
    GatewaySettings,
    Payment,
    Reconciliation,
    ReconciliationFinding,
    Refund,
)
from services.billing.payments.disputes import note_dispute
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item
from services.billing.reconciliation.findings import FindingIsClosed, close_finding
from services.billing.reconciliation.runs import KeepsNoList, ask_for_run, plan_runs
from tests.billing.conftest import Open, sek
from tests.billing.listing_gateway import ListingGateway
from worker.performers.reconciliations import reconciliation_performer

NAME = "listing"


@pytest.fixture
def gateways(settings: Settings) -> Gateways:
    return Gateways(Sealer(settings), {NAME: ListingGateway}, "here")


@pytest.fixture(autouse=True)
def world(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that uses the gateway, whose list is empty."""
    for name, value in (("lines", []), ("asked", []), ("is_away", False)):
        monkeypatch.setattr(ListingGateway, name, value)
    with opened() as uow:
        uow.add(GatewaySettings(gateway=NAME, is_enabled=True, is_default=True))


@pytest.fixture
def payment_id(opened: Open, customer_id: UUID) -> UUID:
    """A payment of plenty: what moves here is charged to it, and given back of it."""
    with opened() as uow:
        payment = create_payment(
            uow, customer_id=customer_id, currency="SEK", items=[Item("Plenty", 10**9)], gateway=NAME
        )
        payment.captured, payment.status, payment.gateway_reference = payment.total, "completed", "ch_all"
        return payment.id


def move(opened: Open, payment_id: UUID, thing: str, **more: Any) -> Movement:
    """Let 10 kronor move, on both sides; return the gateway's line, which is not on its list yet."""
    now = clock.now() - timedelta(hours=3)
    row = {
        "id": new_id(), "payment_id": payment_id, "state": "done", "status": "succeeded", "currency": "SEK",
        "amount": 1000, "gateway": NAME, "key": f"{thing}:{new_id()}", "reference": f"{thing}_{new_id().hex}",
        "created_at": now, "submitted_at": now, "settled_at": now,
    } | more  # fmt: skip
    row |= {"reason": ""}
    with opened() as uow:
        uow.add(Charge(**row) if thing == "charge" else Refund(**row))
    return line_of(thing, row)


def line_of(thing: str, row: dict[str, Any]) -> Movement:
    reference = row["reference"]
    return Movement(
        "charge" if thing == "charge" else "refund",
        reference,
        reference if thing == "charge" else "ch_all",
        Money(amount=row["amount"], currency=row["currency"]),
        "succeeded",
        row["settled_at"],
        row["key"],
    )


def run(billing: Database, opened: Open, gateways: Gateways, *, days: int = 7) -> Reconciliation:
    """Have it compared, and return how that ended."""
    with opened() as uow:
        asked = ask_for_run(uow, gateways, NAME, days=days)
        # Another minute each time, as for somebody who asks again later.
        uow.session.execute(
            update(Reconciliation)
            .where(Reconciliation.id == asked.id)
            .values(until=clock.now(), since=clock.now() - timedelta(days=days))
        )
    perform(reconciliation_performer(gateways), billing, asked.id)
    with opened() as uow:
        return uow.get(Reconciliation, asked.id)


def found(opened: Open) -> set[tuple[str, str, str]]:
    with opened() as uow:
        rows = uow.session.scalars(
            select(ReconciliationFinding).where(ReconciliationFinding.closed_at.is_(None))
        )
        return {(row.thing, row.difference, row.reference) for row in rows}


def test_ten_differences_are_found_and_nothing_else(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID
) -> None:
    clean = [move(opened, payment_id, thing) for thing in ("charge", "refund") * 5]
    charges, refunds = ([move(opened, payment_id, thing) for _ in range(4)] for thing in ("charge", "refund"))
    euros = Money(amount=1000, currency="EUR")
    theirs = [
        *clean,
        replace(charges[1], money=Money(amount=999, currency="SEK")),
        replace(charges[2], money=euros),
        replace(charges[3], state="pending"),
        replace(refunds[1], money=Money(amount=2000, currency="SEK")),
        replace(refunds[2], money=euros),
        replace(refunds[3], state="failed"),
        replace(charges[0], reference="charge_extra", key="not-ours-1"),
        replace(refunds[0], reference="refund_extra", key="not-ours-2"),
    ]
    ListingGateway.lines.extend(theirs)

    ended = run(billing, opened, gateways)

    assert found(opened) == {
        ("charge", "missing", charges[0].reference),
        ("charge", "amount", charges[1].reference),
        ("charge", "currency", charges[2].reference),
        ("charge", "state", charges[3].reference),
        ("charge", "extra", "charge_extra"),
        ("refund", "missing", refunds[0].reference),
        ("refund", "amount", refunds[1].reference),
        ("refund", "currency", refunds[2].reference),
        ("refund", "state", refunds[3].reference),
        ("refund", "extra", "refund_extra"),
    }
    assert (ended.state, ended.found) == ("done", 10)


def test_ten_thousand_clean_rows_raise_no_alarm(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID
) -> None:
    rows = []
    for number in range(10_000):
        at = clock.now() - timedelta(hours=2, seconds=number)
        rows.append({
            "id": new_id(), "payment_id": payment_id, "state": "done", "status": "succeeded",
            "currency": "SEK", "amount": number + 1, "gateway": NAME, "key": f"key:{number}",
            "reference": f"ch_{number}", "reason": "", "attempts": 1, "last_error": "", "page": "",
            "code": "", "is_final": False, "is_automatic": False, "due_at": at, "created_at": at,
            "modified_at": at, "submitted_at": at, "settled_at": at,
        })  # fmt: skip
    with opened() as uow:
        uow.session.execute(insert(Charge), [row | {"network_id": uow.network_id} for row in rows])
    ListingGateway.lines.extend(line_of("charge", row) for row in rows)

    ended = run(billing, opened, gateways)

    assert found(opened) == set()
    assert (ended.state, ended.compared, ended.found) == ("done", 10_000, 0)
    assert ListingGateway.asked == []


def test_what_moved_on_the_other_side_of_midnight_is_asked_for_by_name_and_is_no_difference(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID
) -> None:
    line = move(opened, payment_id, "charge")
    ListingGateway.lines.append(replace(line, at=line.at + timedelta(days=30)))

    run(billing, opened, gateways)

    assert found(opened) == set()
    assert ListingGateway.asked == [line.reference]


@pytest.mark.parametrize(
    ("ours", "theirs", "is_fresh", "differs"),
    [
        ("unknown", "succeeded", True, False),
        ("unknown", "succeeded", False, True),
        ("pending", "pending", False, False),
        ("reversed", "failed", False, False),
        ("failed", "succeeded", False, True),
    ],
)
def test_states_that_mean_the_same_do_not_differ_nor_do_those_about_to_be_settled(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID, *, ours: str, theirs: str,
    is_fresh: bool, differs: bool,
) -> None:  # fmt: skip
    asked_at = clock.now() - timedelta(minutes=5 if is_fresh else 500)
    unsettled = {"settled_at": None, "submitted_at": asked_at} if ours in {"unknown", "pending"} else {}
    line = move(opened, payment_id, "refund", status=ours, **({"created_at": asked_at} | unsettled))
    ListingGateway.lines.append(replace(line, at=asked_at, state=theirs))

    run(billing, opened, gateways)

    assert bool(found(opened)) is differs


def test_a_difference_is_found_once_and_closed_when_a_later_comparison_does_not_find_it(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID
) -> None:
    line = move(opened, payment_id, "charge")
    run(billing, opened, gateways)
    run(billing, opened, gateways)
    with opened() as uow:
        open_ones = uow.session.scalars(select(ReconciliationFinding)).all()
    ListingGateway.lines.append(line)

    ended = run(billing, opened, gateways)

    assert len(open_ones) == 1
    assert (ended.found, found(opened)) == (0, set())
    with opened() as uow:
        closed = uow.session.scalars(select(ReconciliationFinding)).one()
        assert (closed.closed_by, closed.closed_at is not None) == ("worker", True)


def test_what_somebody_explained_stays_explained_and_tells_who(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID
) -> None:
    move(opened, payment_id, "charge")
    run(billing, opened, gateways)
    with opened() as uow:
        finding_id = uow.session.scalars(select(ReconciliationFinding.id)).one()
        close_finding(uow, finding_id, note=" Charged by hand ")
        actor = uow.identity.actor

    with opened() as uow, pytest.raises(FindingIsClosed):
        close_finding(uow, finding_id, note="Again")

    with opened() as uow:
        closed = uow.get(ReconciliationFinding, finding_id)
        assert (closed.note, closed.closed_by) == ("Charged by hand", actor)


def test_a_gateway_that_is_away_is_asked_again_later_and_nothing_is_found(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(opened, payment_id, "charge")
    monkeypatch.setattr(ListingGateway, "is_away", True)

    ended = run(billing, opened, gateways)

    assert (ended.state, ended.last_error, found(opened)) == ("due", "It rains.", set())


def test_a_day_that_nobody_compared_is_compared_with_the_next(billing: Database, opened: Open) -> None:
    now = clock.now().replace(hour=12)
    for days in (0, 0, 4):
        plan_runs(billing, now + timedelta(days=days))

    with opened() as uow:
        first, second = uow.session.scalars(select(Reconciliation).order_by(Reconciliation.until))
    assert second.until - first.until == timedelta(days=4)
    assert second.since == first.until - timedelta(days=2)


def test_a_gateway_without_a_list_is_not_compared_with(opened: Open, gateways: Gateways) -> None:
    with opened() as uow, pytest.raises(KeepsNoList, match="manual keeps no list"):
        ask_for_run(uow, gateways, "manual", days=7)


@pytest.mark.parametrize("label", ["network", "installation"])
def test_movements_of_another_network_or_installation_are_not_ours(
    billing: Database, opened: Open, gateways: Gateways, payment_id: UUID, label: str
) -> None:
    line = move(opened, payment_id, "charge")
    foreign = replace(line, reference="ch_foreign", key="k", labels={label: str(new_id())})
    ListingGateway.lines.extend([line, foreign])

    run(billing, opened, gateways)

    assert found(opened) == set()
    with opened() as uow:
        assert uow.get(Payment, payment_id).captured == 10**9


def dispute(opened: Open, *, name: str, amount: int = 500) -> Movement:
    """Let a bank take 5 kronor back, on both sides; return the gateway's line."""
    line = Movement(
        "dispute", name, "ch_all", sek(amount), "needs_response", clock.now() - timedelta(hours=2)
    )
    told = Dispute(name, line.charge, line.money, "needs_response", reason="fraudulent")
    with opened() as uow:
        note_dispute(uow, NAME, told)
    return line


@pytest.mark.usefixtures("payment_id")
def test_disputes_are_compared_too(billing: Database, opened: Open, gateways: Gateways) -> None:
    clean, decided, other = (dispute(opened, name=name) for name in ("dp_clean", "dp_decided", "dp_other"))
    dispute(opened, name="dp_missing")
    unheard = replace(clean, reference="dp_unheard")
    ListingGateway.lines = [
        clean, unheard, replace(decided, state="lost"), replace(other, money=sek(700)),
    ]  # fmt: skip

    compared = run(billing, opened, gateways).compared

    assert compared == 5
    assert found(opened) == {
        ("dispute", "state", "dp_decided"),
        ("dispute", "amount", "dp_other"),
        ("dispute", "missing", "dp_missing"),
        ("dispute", "extra", "dp_unheard"),
    }


@pytest.mark.usefixtures("payment_id")
def test_a_dispute_that_began_before_the_lists_time_is_asked_for_by_name(
    billing: Database, opened: Open, gateways: Gateways
) -> None:
    line = dispute(opened, name="dp_old")
    ListingGateway.lines = [replace(line, at=clock.now() - timedelta(days=30))]

    run(billing, opened, gateways)

    assert ListingGateway.asked == ["dp_old"]
    assert found(opened) == set()
