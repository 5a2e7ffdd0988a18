"""Giving money back through Stripe, and what keeps it from being given twice."""

from dataclasses import replace

from kernel.contracts.plugins import Dispute, Order, Outcome, Sought
from kernel.ids import new_id
from tests.billing.conftest import sek
from tests.billing.test_stripe_charges import saved
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


def charged(sandbox: Sandbox, number: str = "4242424242424242") -> str:
    return sandbox.gateway().charge(saved(sandbox, number, sek(10000))).reference


def refund_of(charge: str, amount: int) -> Order:
    return Order(key=f"refund:{new_id()}", reference=charge, money=sek(amount))


def found(sandbox: Sandbox, sought: Sought) -> Outcome:
    outcome = sandbox.gateway().find(sought)
    assert isinstance(outcome, Outcome)
    return outcome


def test_a_part_is_given_back(sandbox: Sandbox) -> None:
    charge = charged(sandbox)
    order = refund_of(charge, 4000)

    outcome = sandbox.gateway().refund(order)

    assert (outcome.state, outcome.money, outcome.key, outcome.charge) == (
        "succeeded",
        sek(4000),
        order.key,
        charge,
    )
    assert found(sandbox, Sought("refund", key=order.key)) == outcome
    assert found(sandbox, Sought("refund", key=order.key, charge=charge)) == outcome
    assert found(sandbox, Sought("refund", reference=outcome.reference)) == outcome
    assert [line["amount"] for line in sandbox.ledger("refund")] == [4000]


def test_more_than_is_left_is_refused_with_what_is_left(sandbox: Sandbox) -> None:
    charge = charged(sandbox)
    sandbox.gateway().refund(refund_of(charge, 4000))

    outcome = sandbox.gateway().refund(refund_of(charge, 6001))

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "more_than_left", True)
    assert outcome.reason == "Only 60.00 SEK is left of this charge at Stripe."
    assert len(sandbox.ledger("refund")) == 1


def test_what_was_refunded_at_the_desk_cannot_be_given_again(sandbox: Sandbox) -> None:
    charge = charged(sandbox)
    sandbox.refund(charge)

    outcome = sandbox.gateway().refund(refund_of(charge, 10000))

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "charge_already_refunded", True)
    assert outcome.reason == "All of this charge has been refunded at Stripe already."


def test_what_a_bank_disputes_cannot_be_given_back_beside_it(sandbox: Sandbox) -> None:
    charge = charged(sandbox)
    sandbox.dispute(charge)

    outcome = sandbox.gateway().refund(refund_of(charge, 10000))

    assert (outcome.state, outcome.code, outcome.is_final) == ("failed", "charge_disputed", True)
    assert sandbox.ledger("refund") == []


def test_a_key_that_stripe_forgot_does_not_hide_the_refund_made_under_it(sandbox: Sandbox) -> None:
    charge = charged(sandbox)
    order = refund_of(charge, 10000)
    first = sandbox.gateway().refund(order)

    sandbox.expire_keys()
    again = sandbox.gateway().refund(order)

    assert again == first
    assert len(sandbox.ledger("refund")) == 1


def test_a_refund_of_a_page_is_of_what_was_paid_there(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway()
    waiting = gateway.charge(
        replace(saved(sandbox, "4242424242424242", sek(10000)), reference="", customer="")
    )

    before = gateway.refund(refund_of(waiting.reference, 10000))
    sandbox.pay(waiting.page)
    after = gateway.refund(refund_of(waiting.reference, 10000))

    assert (before.state, before.is_final) == ("failed", True)
    assert after.state == "succeeded"


def test_a_refund_that_the_bank_does_not_take_comes_back(sandbox: Sandbox) -> None:
    charge = charged(sandbox, "4000000000005126")

    pending = sandbox.gateway().refund(refund_of(charge, 10000))
    sandbox.decide(pending.reference, "failed")
    later = found(sandbox, Sought("refund", reference=pending.reference))

    assert pending.state == "pending"
    assert (later.state, later.code, later.is_final) == ("failed", "expired_or_canceled_card", True)
    assert [line["kind"] for line in sandbox.ledger()] == ["charge", "refund", "refund_failed"]


def test_a_refund_at_the_desk_is_known_by_its_charges_labels(sandbox: Sandbox) -> None:
    charge = charged(sandbox)

    name = sandbox.refund(charge, 2500)
    outcome = found(sandbox, Sought("refund", reference=name))

    assert (outcome.state, outcome.key, outcome.charge, outcome.money) == ("succeeded", "", charge, sek(2500))
    assert outcome.labels == {"installation": "here", "payment": "42"}


def test_a_dispute_is_told_with_its_fee_and_its_end(sandbox: Sandbox) -> None:
    charge = charged(sandbox)

    name = sandbox.dispute(charge)
    opened = sandbox.gateway().find(Sought("dispute", reference=name))
    sandbox.decide(name, "lost")
    lost = sandbox.gateway().find(Sought("dispute", reference=name))

    told = Dispute(name, charge, sek(10000), "needs_response", "fraudulent", sek(1500), moved=(10000,))
    assert opened == told
    assert lost == replace(told, state="lost")


def test_stripes_own_list_holds_what_moved_and_leaves_out_what_others_moved(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway()
    first, second = charged(sandbox), charged(sandbox)
    refund = gateway.refund(refund_of(first, 4000)).reference
    at_the_desk = sandbox.refund(first, 100)
    dispute = sandbox.dispute(second)
    gateway.charge(saved(sandbox, "4000000000009995"))
    sandbox.charge_of_others()

    since, until = sandbox.day()
    listed = list(gateway.movements(since, until))

    assert {(each.kind, each.reference, each.charge, each.money.amount, each.state) for each in listed} == {
        ("charge", first, first, 10000, "succeeded"),
        ("charge", second, second, 10000, "succeeded"),
        ("refund", refund, first, 4000, "succeeded"),
        ("refund", at_the_desk, first, 100, "succeeded"),
        ("dispute", dispute, second, 10000, "needs_response"),
    }
    assert len(listed) == 5
    assert all(each.labels.get("payment", "42") == "42" for each in listed)


def test_a_list_of_many_is_read_to_its_end(sandbox: Sandbox) -> None:
    gateway, order = sandbox.gateway(), saved(sandbox, "4242424242424242", sek(100))
    for _ in range(120):
        gateway.charge(replace(order, key=f"charge:{new_id()}"))

    assert len(list(gateway.movements(*sandbox.day()))) == 120
    assert gateway.find(Sought("charge", key=f"charge:{new_id()}")) is None
