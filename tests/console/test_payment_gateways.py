"""The page of the payment gateways: forms drawn from plugins, secrets that never come back, a real test."""

import json

import pytest
from sqlalchemy import select

from kernel.contracts.access import ROLES
from kernel.events import advance
from kernel.sealing import Sealer
from kernel.work import due, perform
from services.billing.gateways.configured import Gateways
from services.billing.models import GatewaySettings
from services.customers.models import AuditLine
from tests.flows.browser import Answer, Browser
from tests.flows.world import World
from tests.payment_sandbox import Sandbox, sandbox
from worker.listeners.audit import audit
from worker.performers.gateway_checks import gateway_check

__all__ = ["sandbox"]

PATH = "/settings/gateways/stripe"


def page(world: World, browser: Browser, path: str = PATH) -> Answer:
    return browser.get(world.url("admin", path))


def save(world: World, browser: Browser, sandbox: Sandbox, **typed: str) -> Answer:
    form = page(world, browser).form(PATH)
    known = {name: form[name] for name in ("csrf_token", "version")}
    fields = {f"field-{name}": value for name, value in sandbox.settings.items()}
    return browser.post(world.url("admin", PATH), known | fields | {"is_enabled": "true"} | typed)


def stored(world: World) -> list[tuple[str, bool, bool, int]]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        rows = uow.session.scalars(select(GatewaySettings).order_by(GatewaySettings.gateway))
        return [(row.gateway, row.is_enabled, row.is_default, row.version) for row in rows]


def run_checks(world: World) -> None:
    billing = world.databases["billing"]
    performer = gateway_check(Gateways(Sealer(world.stack.settings)))
    for check_id in due(performer, billing):
        perform(performer, billing, check_id)


def test_every_gateway_that_is_installed_is_listed(world: World, browser: Browser) -> None:
    listed = page(world, browser, "/settings/gateways").text

    assert "A person moves the money and notes it here." in listed
    assert "Not set up yet." in listed
    assert f'href="{PATH}"' in listed
    assert 'href="/settings/gateways" aria-current="page"' in listed


def test_settings_are_saved_and_secrets_are_never_shown_again(
    world: World, browser: Browser, sandbox: Sandbox
) -> None:
    answer = save(world, browser, sandbox, is_default="true")
    shown = browser.follow(answer)

    assert answer.status == 303
    assert "The settings are saved." in shown.text
    assert stored(world) == [("stripe", True, True, 2)]
    assert sandbox.secret not in shown.text
    assert sandbox.webhook_secret not in shown.text
    assert shown.text.count("It is not shown again; leave this empty to keep it.") == 2
    assert shown.form(PATH)["field-api_base"] == sandbox.url


def test_a_secret_that_is_left_empty_is_kept(world: World, browser: Browser, sandbox: Sandbox) -> None:
    save(world, browser, sandbox)

    save(world, browser, sandbox, **{"field-secret_key": "", "field-statement": "Nord"})

    with world.databases["billing"].unit_of_work(world.command) as uow:
        row = uow.session.scalars(select(GatewaySettings)).one()
        kept = Gateways(Sealer(world.stack.settings)).config(world.network_id, "stripe", row)
    assert kept == sandbox.settings | {"statement": "Nord"}


@pytest.mark.parametrize(
    "wrong",
    [
        ("secret_key", "pk_test_x", "This is no secret key: one begins with sk_ or rk_."),
        ("secret_key", "", "This is needed."),
        ("api_base", "http://example.org", "The secret key goes over https only."),
        ("statement", "123", "This cannot be taken as it is."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(
    world: World, browser: Browser, sandbox: Sandbox, wrong: tuple[str, str, str]
) -> None:
    field, typed, sentence = wrong

    answer = save(world, browser, sandbox, **{f"field-{field}": typed})

    assert answer.status == 422
    assert sentence in answer.text.partition(f'name="field-{field}"')[2].partition("</div>")[0]
    assert sandbox.webhook_secret not in answer.text
    assert stored(world) == []


def test_who_saves_second_sees_what_the_other_saved(world: World, browser: Browser, sandbox: Sandbox) -> None:
    save(world, browser, sandbox, **{"field-statement": "Deras"})

    refused = save(world, browser, sandbox, version="1", **{"field-statement": "Mitt"})

    assert refused.status == 409
    assert "Saved by somebody else: <bdi>Deras</bdi>" in refused.text
    assert refused.form(PATH)["field-statement"] == "Mitt"
    assert stored(world) == [("stripe", True, False, 2)]


def test_the_test_asks_the_provider_and_says_what_it_answered(
    world: World, browser: Browser, sandbox: Sandbox
) -> None:
    shown = browser.follow(save(world, browser, sandbox))
    token = {"csrf_token": shown.form(PATH)["csrf_token"]}
    waiting = browser.follow(browser.post(world.url("admin", f"{PATH}/test"), token))

    run_checks(world)
    good = page(world, browser).text
    save(world, browser, sandbox, **{"field-secret_key": "sk_test_wrong"})
    browser.post(world.url("admin", f"{PATH}/test"), token)
    run_checks(world)
    bad = page(world, browser).text

    assert "Being tested" in waiting.text
    assert "The gateway answers." in good
    assert "Stripe does not accept the secret key: see the settings of the gateway." in bad


def test_payment_by_hand_says_how_to_pay(world: World, browser: Browser) -> None:
    path = "/settings/gateways/manual"
    form = page(world, browser, path).form(path)

    form = {name: value for name, value in form.items() if name != "is_default"}
    answer = browser.post(world.url("admin", path), form | {"field-instructions": "Bankgiro 123-4567"})

    assert answer.status == 303
    assert page(world, browser, path).form(path)["field-instructions"] == "Bankgiro 123-4567"
    assert stored(world) == [("manual", True, False, 2)]


def test_a_gateway_that_is_not_installed_is_not_found(world: World, browser: Browser) -> None:
    assert page(world, browser, "/settings/gateways/paypal").status == 404


def test_who_may_not_decide_is_refused_and_nothing_changes(world: World, browser: Browser) -> None:
    world.admin("adam@demo.example", role="administrator")
    other = world.signed_in("adam@demo.example")
    token = other.get(world.url("admin", "/customers")).form("/sign-out")["csrf_token"]
    form = page(world, browser).form(PATH) | {"csrf_token": token}

    answers = [page(world, other), other.post(world.url("admin", PATH), form)]

    assert [answer.status for answer in answers] == [403, 403]
    assert "network.settings" not in ROLES["administrator"]
    assert stored(world) == []


def test_a_program_sets_it_up_and_never_reads_a_secret(world: World, sandbox: Sandbox) -> None:
    key = {"Authorization": f"Bearer {world.api_key('network.settings')}"}
    url, program = world.url("admin", "/api/v1/payment-gateways/stripe"), world.browser()
    secrets = {name: sandbox.settings[name] for name in ("secret_key", "webhook_secret")}
    edit = {"version": 1, "is_enabled": True, "is_default": False, "secrets": secrets}

    saved = program.send_json("PUT", url, edit | {"values": {"api_base": sandbox.url}}, headers=key)
    again = program.send_json("PUT", url, edit | {"values": {}}, headers=key)
    asked = program.send_json("POST", f"{url}/tests", {}, headers=key)
    run_checks(world)
    read = program.get(url, headers=key)

    assert (saved.status, again.status, asked.status) == (200, 409, 202)
    assert sandbox.secret not in saved.text + read.text
    found = json.loads(read.text)
    assert (found["is_enabled"], found["test_result"], sorted(found["secrets"])) == (
        True,
        "",
        sorted(secrets),
    )
    assert found["tested_at"]


def test_the_audit_log_holds_what_changed_without_the_secrets(
    world: World, browser: Browser, sandbox: Sandbox
) -> None:
    save(world, browser, sandbox)
    while advance(audit, world.databases["billing"], world.databases["customers"]):
        pass

    with world.databases["customers"].unit_of_work(world.command) as uow:
        line = uow.session.scalars(
            select(AuditLine).where(AuditLine.action == "payment gateway changed")
        ).one()
        told = (line.before, line.after, line.details)
    shown = page(world, browser, "/audit").text

    assert told == (
        {"is_enabled": False, "api_base": "https://api.stripe.com"},
        {"is_enabled": True, "api_base": sandbox.url},
        {"gateway": "stripe", "secrets": ["secret_key", "webhook_secret"]},
    )
    assert "Payment gateway set up" in shown
    assert sandbox.secret not in shown
