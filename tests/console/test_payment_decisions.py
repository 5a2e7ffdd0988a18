"""Payments that wait for a person: the alarm, the list, and what he says, in the console and over the API."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel.contracts.money import Money
from kernel.contracts.plugins import Dispute, Outcome
from kernel.ids import new_id
from services.billing.models import Charge, GatewaySettings, Payment
from services.billing.payments.charges import settle_charge
from services.billing.payments.disputes import note_dispute
from services.billing.payments.lifecycle import cancel_payment
from services.customers.models import AuditLine
from tests.billing.till import BACK, Till, open_till
from tests.console.people import registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import World
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

ALARM = "1 payment waits for somebody to say what becomes of it."


@pytest.fixture
def till(world: World, sandbox: Sandbox) -> Till:
    settings, billing = world.stack.settings, world.databases["billing"]
    owner = registered(world, "asa@example.com", "Åsa", "Lind")
    settle(world)
    opened = open_till(sandbox, settings, billing, world.command)
    return Till(sandbox, billing, world.command, opened.performer, owner.customer_id)


@pytest.fixture
def charge(till: Till) -> Charge:
    """An attempt of which nobody could find out what became."""
    charge_id = till.charge(till.payment(), return_to=BACK)
    with till.billing.unit_of_work(till.owner) as uow:
        lost = {"status": "unknown", "state": "dead", "reason": "Stripe did not say what became of it."}
        uow.session.execute(update(Charge).values(**lost))
        uow.session.execute(update(Payment).values(status="processing"))
    return till.read(charge_id)


def get(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def path_of(charge: Charge) -> str:
    return f"/payments/{charge.payment_id}/attempts/{charge.id}"


def test_every_page_alarms_who_may_do_something_about_it(
    world: World, browser: Browser, charge: Charge
) -> None:
    world.admin("support@demo.example", role="support")
    support = world.signed_in("support@demo.example")

    alarmed, unconcerned = get(world, browser, "/customers"), get(world, support, "/customers")
    shown = get(world, browser, "/payments/waiting").text

    assert (ALARM in alarmed.text, ALARM in unconcerned.text) == (True, False)
    assert f'href="/payments/{charge.payment_id}#attempts"' in shown
    assert "Nobody can say whether its money came." in shown


def test_the_payments_page_leads_to_where_it_is_said(world: World, browser: Browser, charge: Charge) -> None:
    shown = get(world, browser, f"/payments/{charge.payment_id}").text

    assert f'href="{path_of(charge)}"' in shown
    assert "Say what you found" in shown


def test_a_person_writes_down_that_it_came(
    world: World, browser: Browser, till: Till, charge: Charge
) -> None:
    form = get(world, browser, path_of(charge)).form(path_of(charge))
    typed = form | {"has_come": "true", "reference": "pi_42", "reason": "It stands there."}

    answers = [browser.post(world.url("admin", path_of(charge)), typed) for _ in range(2)]
    shown = browser.follow(answers[0])
    settle(world)

    assert [answer.status for answer in answers] == [303, 303]
    assert "It is written down what became of the attempt." in shown.text
    assert ALARM not in shown.text
    payment = till.read_payment(charge.payment_id)
    assert (payment.status, payment.gateway_reference) == ("completed", "pi_42")
    with world.databases["customers"].unit_of_work(world.command) as uow:
        [line] = uow.session.scalars(select(AuditLine).where(AuditLine.action == "charge decided"))
    assert (line.details["has_come"], line.details["reason"]) == (True, "It stands there.")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": "So."}, "Choose one of the two."),
        ({"has_come": "true", "reference": "pi_1"}, "Say how you know."),
        ({"has_come": "true", "reason": "So."}, "Say what the payment gateway calls it."),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    world: World, browser: Browser, charge: Charge, typed: dict[str, str], sentence: str
) -> None:
    form = get(world, browser, path_of(charge)).form(path_of(charge))
    form = {name: value for name, value in form.items() if name != "has_come"}

    refused = browser.post(world.url("admin", path_of(charge)), form | typed)

    assert refused.status == 422
    assert sentence in refused.text
    assert refused.form(path_of(charge))["reason"] == typed.get("reason", "")
    assert ALARM in get(world, browser, "/customers").text


def test_who_may_only_look_decides_nothing(world: World, till: Till, charge: Charge) -> None:
    world.admin("support@demo.example", role="support")
    support = world.signed_in("support@demo.example")

    assert get(world, support, path_of(charge)).status == 403
    assert path_of(charge) not in get(world, support, f"/payments/{charge.payment_id}").text


def test_an_attempt_that_is_none_of_the_payments_is_not_found(
    world: World, browser: Browser, charge: Charge
) -> None:
    assert get(world, browser, f"/payments/{charge.payment_id}/attempts/{new_id()}").status == 404


def decide(world: World, charge: Charge, key: str, api_key: str) -> Answer:
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": key}
    url = world.url("admin", f"/api/v1/payments/{charge.payment_id}/charges/{charge.id}/decision")
    said = {"has_come": False, "reason": "Nothing there."}
    return world.browser().send_json("POST", url, said, headers=headers)


def test_over_the_api_it_is_decided_once(world: World, till: Till, charge: Charge) -> None:
    refused = decide(world, charge, "a", world.api_key("billing.view"))
    api_key = world.api_key("billing.edit")
    first, again, other = (decide(world, charge, key, api_key) for key in "bbc")

    assert [answer.status for answer in (refused, first, again, other)] == [403, 200, 200, 409]
    assert json.loads(first.text)["status"] == "failed"
    assert till.read(charge.id).code == "decided"


def test_what_a_bank_took_in_another_currency_is_said_in_the_payments_own(
    world: World, browser: Browser, till: Till
) -> None:
    till.saved_card()
    till.work(till.charge(payment_id := till.payment()))
    told = Dispute(
        "du_1",
        till.read_payment(payment_id).gateway_reference,
        Money(amount=1700, currency="EUR"),
        "needs_response",
    )
    with till.billing.unit_of_work(till.owner) as uow:
        dispute = note_dispute(uow, "stripe", told)
        assert dispute is not None
    path = f"/payments/{payment_id}/disputes/{dispute.id}"
    box = get(world, browser, f"/payments/{payment_id}").text

    form = get(world, browser, path).form(path)
    refused = browser.post(world.url("admin", path), form | {"amount": "1e3", "reason": "Letter."})
    answers = [
        browser.post(world.url("admin", path), form | {"amount": "180.00", "reason": "Letter."})
        for _ in range(2)
    ]
    settle(world)

    assert ALARM in box
    assert f'href="{path}"' in box
    assert "It is in another currency than the payment" in box
    assert (refused.status, refused.form(path)["amount"]) == (422, "1e3")
    assert [answer.status for answer in answers] == [303, 303]
    assert till.read_payment(payment_id).disputed == 18000
    assert ALARM not in get(world, browser, "/customers").text
    with world.databases["customers"].unit_of_work(world.command) as uow:
        [line] = uow.session.scalars(select(AuditLine).where(AuditLine.action == "dispute written down"))
    assert line.details["amount"] == "180.00 SEK"


def test_an_inquiry_is_shown_as_what_it_is_and_can_be_answered_by_a_refund(
    world: World, browser: Browser, till: Till
) -> None:
    till.saved_card()
    till.work(till.charge(payment_id := till.payment()))
    name = till.read_payment(payment_id).gateway_reference
    with till.billing.unit_of_work(till.owner) as uow:
        note_dispute(uow, "stripe", Dispute("du_1", name, Money(amount=19900, currency="SEK"), "inquiry"))
    settle(world)

    shown = get(world, browser, f"/payments/{payment_id}").text

    assert "Only asked about" in shown
    assert "The bank only asks, and has taken nothing." in shown
    assert f'href="/payments/{payment_id}/refund"' in shown


@pytest.fixture
def late(till: Till) -> UUID:
    """Money that came for a payment which was cancelled meanwhile."""
    charge_id = till.page(payment_id := till.payment())
    with till.billing.unit_of_work(till.owner) as uow:
        cancel_payment(uow, payment_id, reason="Wrong price")
        settle_charge(uow, charge_id, Outcome("succeeded", "pi_1"))
    return till.payments()[-1].id


def test_late_money_alarms_and_leads_to_both_ways_out(world: World, browser: Browser, late: UUID) -> None:
    shown = get(world, browser, f"/payments/{late}").text

    assert "This money came for payment 1 after that had been cancelled" in shown
    assert ALARM in shown
    assert f'href="/payments/{late}/keep"' in shown
    assert f'href="/payments/{late}/refund"' in shown


def test_late_money_is_kept_by_a_button(world: World, browser: Browser, till: Till, late: UUID) -> None:
    path = f"/payments/{late}/keep"
    form = get(world, browser, path).form(path)

    answers = [browser.post(world.url("admin", path), form) for _ in range(2)]
    shown = browser.follow(answers[0]).text

    assert [answer.status for answer in answers] == [303, 303]
    assert "The money is kept for what was cancelled." in shown
    assert ALARM not in shown
    assert till.read_payment(late).kept_at is not None


def test_late_money_is_given_back_by_a_button(world: World, browser: Browser, till: Till, late: UUID) -> None:
    path = f"/payments/{late}/refund"
    form = {name: value for name, value in get(world, browser, path).form("").items() if name != "by_hand"}

    answer = browser.post(world.url("admin", path), form | {"do": "refund"})

    assert answer.status == 303
    assert till.read_payment(late).reserved == 19900


@pytest.mark.parametrize(
    ("gateway", "sentence"),
    [
        ("stripe", "Stripe is switched off. What is under way there is settled all the same."),
        ("gone", "gone is not installed here any more, or not set up."),
    ],
)
def test_the_settings_say_what_is_under_way_at_a_gateway_that_is_off_or_gone(
    world: World, browser: Browser, till: Till, charge: Charge, *, gateway: str, sentence: str
) -> None:
    with till.billing.unit_of_work(till.owner) as uow:
        uow.session.execute(update(Charge).values(gateway=gateway))
        uow.session.execute(update(GatewaySettings).values(is_enabled=False, is_default=False))

    shown = get(world, browser, "/settings/gateways").text

    assert sentence in shown
    assert "Attempts to charge: 1, refunds: 0." in shown
