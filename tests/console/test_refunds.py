"""Giving money back in the console: the form, what the box says of it, and what a person decides."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel.contracts.money import Money
from kernel.contracts.plugins import Dispute, Outcome
from services.billing.models import Payment, Refund
from services.billing.payments.disputes import note_dispute
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.refunds.lifecycle import request_refund, settle_refund
from tests.console.people import paid, registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    settle(world)
    return registered(world, "asa@example.com", "Åsa", "Lind")


@pytest.fixture
def payment_id(world: World, owner: Owner) -> UUID:
    return paid(world, owner, 19900)


def through_the_bank(world: World, owner: Owner) -> UUID:
    """A payment that a gateway got, which no worker here will ask for anything."""
    with world.databases["billing"].unit_of_work(world.command) as uow:
        payment = create_payment(
            uow,
            customer_id=owner.customer_id,
            currency="SEK",
            items=[Item("Webbplats", 19900)],
            gateway="bank",
        )
        return complete_payment(uow, payment.id, reference="ch_1").id


def became(world: World, **values: object) -> UUID:
    """Let the one refund there is be as a worker would have left it."""
    with world.databases["billing"].unit_of_work(world.command) as uow:
        uow.session.execute(update(Refund).values(**values))
        return uow.session.scalars(select(Refund.id)).one()


def refunds(world: World) -> list[Refund]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Refund).order_by(Refund.created_at)))


def get(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def send(world: World, browser: Browser, payment_id: UUID, form: dict[str, str], **typed: str) -> Answer:
    return browser.post(world.url("admin", f"/payments/{payment_id}/refund"), form | typed)


def drawn(world: World, browser: Browser, payment_id: UUID) -> dict[str, str]:
    """What a browser sends of the form as it is drawn: the box is not ticked."""
    form = get(world, browser, f"/payments/{payment_id}/refund").form("")
    return {name: value for name, value in form.items() if name != "by_hand"}


def box(answer: Answer) -> str:
    found = re.search(r'<section id="panel-refunds".*?</section>', answer.text, re.DOTALL)
    assert found
    return found[0]


def test_the_form_offers_all_that_is_left(world: World, browser: Browser, owner: Owner):
    payment_id = paid(world, owner, 19900, back=900)

    shown = get(world, browser, f"/payments/{payment_id}/refund")

    assert shown.form("")["amount"] == "190.00"
    assert "SEK\u00a0190.00 of SEK\u00a0199.00 can be given back." in shown.text


def test_it_is_said_once_more_what_will_happen_before_anything_does(
    world: World, browser: Browser, payment_id: UUID
):
    asked = send(world, browser, payment_id, drawn(world, browser, payment_id), amount="50,50", do="look")

    assert asked.status == 200
    for words in ("Give SEK\u00a050.50 back?", "SEK\u00a0148.50 of the payment can still be given back"):
        assert words in asked.text
    assert refunds(world) == []


def test_who_says_yes_gives_the_money_back(world: World, browser: Browser, payment_id: UUID):
    form = drawn(world, browser, payment_id)

    answer = send(world, browser, payment_id, form, amount="50.50", reason="Ångrat köp", do="refund")
    shown = browser.follow(answer)

    assert (answer.status, answer.location.partition("#")[2]) == (303, "panel-refunds")
    [refund] = refunds(world)
    assert (refund.amount, refund.reason, refund.status) == (5050, "Ångrat köp", "succeeded")
    assert "The refund is asked for." in shown.text
    assert "SEK\u00a050.50" in box(shown)


def test_a_double_click_and_the_back_button_give_it_back_once(
    world: World, browser: Browser, payment_id: UUID
):
    form = drawn(world, browser, payment_id) | {"amount": "50", "do": "refund"}

    answers = [send(world, browser, payment_id, form) for _ in range(3)]

    assert [answer.status for answer in answers] == [303, 303, 303]
    assert [refund.amount for refund in refunds(world)] == [5000]


def test_the_same_form_with_another_amount_is_refused_and_can_be_sent_anew(
    world: World, browser: Browser, payment_id: UUID
):
    form = drawn(world, browser, payment_id) | {"do": "refund"}
    send(world, browser, payment_id, form, amount="50")

    refused = send(world, browser, payment_id, form, amount="60")
    send(world, browser, payment_id, refused.form(""), do="refund")

    assert refused.status == 422
    assert [refund.amount for refund in refunds(world)] == [5000, 6000]


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("199.01", "At most 199.00 SEK can be refunded."),
        ("0", "More than nothing."),
        ("-5", "More than nothing."),
        ("", "Write an amount in SEK, for example 120.50."),
        ("1e3", "Write an amount in SEK, for example 120.50."),
        ("1,000", "Write an amount in SEK, for example 120.50."),
        ("1.005", "Write an amount in SEK, for example 120.50."),
        ("mycket", "Write an amount in SEK, for example 120.50."),
        ("NaN", "Write an amount in SEK, for example 120.50."),
    ],
)
def test_what_is_no_amount_is_said_beside_the_field_and_kept(
    world: World, browser: Browser, payment_id: UUID, amount: str, sentence: str
):
    form = drawn(world, browser, payment_id) | {"amount": amount, "reason": "Kept", "do": "look"}

    refused = send(world, browser, payment_id, form)

    assert refused.status == 422
    assert sentence in refused.text
    assert (refused.form("")["amount"], refused.form("")["reason"]) == (amount, "Kept")
    assert refunds(world) == []


def test_who_comes_second_is_told_what_is_left(world: World, browser: Browser, payment_id: UUID):
    form = drawn(world, browser, payment_id) | {"amount": "150", "do": "refund"}
    with world.databases["billing"].unit_of_work(world.command) as uow:
        request_refund(uow, payment_id, Money(amount=15000, currency="SEK"))

    refused = send(world, browser, payment_id, form)

    assert refused.status == 409
    assert "At most 49.00 SEK can be refunded." in refused.text
    assert len(refunds(world)) == 1


def test_the_box_shows_the_refund_moving_and_stops_asking(world: World, browser: Browser, owner: Owner):
    payment_id = through_the_bank(world, owner)
    send(world, browser, payment_id, drawn(world, browser, payment_id), amount="50", do="refund")

    moving = box(get(world, browser, f"/payments/{payment_id}"))
    became(world, status="succeeded", state="done")
    settled = box(get(world, browser, f"/payments/{payment_id}/panels/refunds"))

    assert 'hx-trigger="every 2s"' in moving
    assert "Asked for" in moving
    assert "hx-trigger" not in settled
    assert "Given back" in settled


def test_the_box_says_in_words_what_unknown_means(world: World, browser: Browser, owner: Owner):
    payment_id = through_the_bank(world, owner)
    send(world, browser, payment_id, drawn(world, browser, payment_id), amount="50", do="refund")
    became(world, status="unknown", failure="Stripe did not say what became of it.")

    shown = box(get(world, browser, f"/payments/{payment_id}"))

    assert "nobody knows yet whether the money went" in shown
    assert "Stripe did not say what became of it." in shown
    assert 'hx-trigger="every 30s"' in shown


def test_a_dispute_is_shown_with_the_loss_and_nothing_can_be_asked_back(
    world: World, browser: Browser, owner: Owner
):
    payment_id = through_the_bank(world, owner)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        request_refund(uow, payment_id, Money(amount=9900, currency="SEK"), is_by_hand=True)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        note_dispute(uow, "bank", Dispute("dp_1", "ch_1", Money(amount=19900, currency="SEK"), "lost"))

    shown = box(get(world, browser, f"/payments/{payment_id}"))
    form = drawn(world, browser, payment_id)
    refused = send(world, browser, payment_id, form, amount="1", do="refund")

    assert "SEK\u00a099.00 is lost" in shown
    assert "Dispute of SEK\u00a0199.00" in shown
    assert "/refund" not in shown.replace("/refunds", "")
    assert refused.status == 409
    assert "A payment that is disputed cannot be refunded." in refused.text


@pytest.fixture
def given_up(world: World, browser: Browser, owner: Owner) -> UUID:
    """A refund of which the gateway could not say what became."""
    payment_id = through_the_bank(world, owner)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        request_refund(uow, payment_id, Money(amount=9900, currency="SEK"))
    return became(world, status="unknown", state="dead", failure="Nobody answers.")


def test_every_page_alarms_who_may_give_money_back(world: World, browser: Browser, given_up: UUID):
    world.admin("support@demo.example", role="support")
    support = world.signed_in("support@demo.example")

    alarmed, unconcerned = get(world, browser, "/customers"), get(world, support, "/customers")

    words = "1 refund waits for somebody to say whether the money went."
    assert (words in alarmed.text, words in unconcerned.text) == (True, False)
    assert words in get(world, browser, "/background").text


@pytest.mark.parametrize(
    ("has_gone", "status", "left"), [("true", "succeeded", 10000), ("false", "failed", 19900)]
)
def test_a_person_says_what_became_of_it_and_the_alarm_ends(  # noqa: PLR0917
    world: World, browser: Browser, given_up: UUID, has_gone: str, status: str, left: int
):
    path = f"/refunds/{given_up}/decide"
    get(world, browser, "/customers")
    form = get(world, browser, f"/refunds/{given_up}").form(path)

    answer = browser.post(
        world.url("admin", path), form | {"has_gone": has_gone, "reason": "I asked the bank."}
    )
    shown = browser.follow(answer)

    [refund] = refunds(world)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert uow.get(Payment, refund.payment_id).refundable == left
    assert (refund.status, refund.state) == (status, "done")
    assert "It is written down what became of the refund." in shown.text
    assert "waits for somebody" not in shown.text


def test_without_a_reason_nothing_is_decided(world: World, browser: Browser, given_up: UUID):
    path = f"/refunds/{given_up}/decide"
    form = get(world, browser, f"/refunds/{given_up}").form(path)

    refused = browser.post(world.url("admin", path), form | {"has_gone": "true", "reason": "  "})

    assert refused.status == 422
    assert "Say how you know." in refused.text
    assert refunds(world)[0].status == "unknown"


def test_a_person_has_the_gateway_asked_once_more(world: World, browser: Browser, given_up: UUID):
    path = f"/refunds/{given_up}/ask"
    form = get(world, browser, f"/refunds/{given_up}").form(path)

    browser.post(world.url("admin", path), form)

    assert (refunds(world)[0].state, refunds(world)[0].attempts) == ("due", 0)


def test_the_list_is_narrowed_to_what_needs_somebody(world: World, browser: Browser, owner: Owner, given_up):
    paid(world, owner, 30000, back=12300)

    everything = get(world, browser, "/refunds").text
    waiting = get(world, browser, "/refunds?which=needs_person").text

    assert ("SEK\u00a0123.00" in everything, "SEK\u00a099.00" in everything) == (True, True)
    assert ("SEK\u00a0123.00" in waiting, "SEK\u00a099.00" in waiting) == (False, True)
    assert get(world, browser, "/refunds?which=lost").status == 400


def test_who_may_only_look_is_offered_nothing_and_refused(world: World, browser: Browser, payment_id: UUID):
    world.admin("auditor@demo.example", role="auditor")
    auditor = world.signed_in("auditor@demo.example")
    form = drawn(world, browser, payment_id)

    shown = get(world, auditor, f"/payments/{payment_id}")
    refused = send(world, auditor, payment_id, form, do="refund")

    assert f'/payments/{payment_id}/refund"' not in shown.text
    assert get(world, auditor, f"/payments/{payment_id}/refund").status == 403
    assert refused.status in {400, 403}
    assert refunds(world) == []


def test_a_refund_of_another_amount_says_so(world: World, browser: Browser, owner: Owner):
    payment_id = through_the_bank(world, owner)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        refund_id = request_refund(uow, payment_id, Money(amount=9900, currency="SEK")).id
        less = Outcome("succeeded", "re_1", money=Money(amount=9000, currency="SEK"))
        settle_refund(uow, refund_id, less)

    words = "SEK\u00a099.00 was asked for; the payment gateway gave SEK\u00a090.00 back."
    assert words in box(get(world, browser, f"/payments/{payment_id}"))
    assert words in get(world, browser, f"/refunds/{refund_id}").text
