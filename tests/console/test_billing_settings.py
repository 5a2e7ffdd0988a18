"""Settings > Billing: shown with the defaults, kept when wrong, compared when two save, and audited."""

import json
from base64 import b64encode
from io import BytesIO

import pytest
import urllib3
from PIL import Image
from sqlalchemy import select

from kernel.contracts.billing_settings import BillingRules
from kernel.events import advance
from services.billing.settings import logo_of, rules_of
from services.customers.models import AuditLine
from tests.flows.browser import Answer, Browser
from tests.flows.world import World
from worker.listeners.audit import audit

PATH = "/settings/billing"


@pytest.fixture
def page(world: World) -> str:
    return world.url("admin", PATH)


def save(browser: Browser, page: str, **typed: str) -> Answer:
    fields = {name.replace("__", "."): value for name, value in typed.items()}
    # The areas are no inputs, and stay as they are when nothing is said of them.
    areas = {"company.address": "", "invoice_footer": "", "company.country": ""}
    return browser.post(page, areas | browser.get(page).form(PATH) | fields)


def kept(world: World) -> BillingRules:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return rules_of(uow)


def test_the_defaults_are_shown(browser: Browser, page: str):
    answer = browser.get(page)

    assert answer.status == 200
    assert "Unless decided otherwise: 0, 3, 5, 7." in answer.text
    assert "Unless decided otherwise: CN-." in answer.text


def test_what_is_saved_holds(world: World, browser: Browser, page: str):
    answer = save(
        browser, page, company__name="Nordljus AB", company__country="SE", dunning="1, 4", pay_within="30",
        invoice_footer="Tack!\r\nVälkommen åter.",
    )  # fmt: skip

    assert answer.status == 303
    rules = kept(world)
    assert (rules.company.name, rules.company.country, rules.dunning, rules.pay_within) == (
        "Nordljus AB", "SE", (1, 4), 30,
    )  # fmt: skip
    assert rules.invoice_footer == "Tack!\nVälkommen åter."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"pay_within": "soon"}, "Give a number of days from 0 to 365."),
        ({"dunning": "1, x"}, "Give one to ten days, each later than the one before"),
        ({"dunning": "5, 1"}, "Give one to ten days, each later than the one before"),
        ({"invoice_prefix": "№"}, "At most 20 letters, digits, hyphens and strokes."),
        ({"company__email": "nobody"}, "is-invalid"),
        ({"company__country": "SE", "company__vat_number": "SE1"}, "Sweden has no such VAT number."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(world, browser, typed, sentence):
    before = kept(world)

    answer = save(browser, world.url("admin", PATH), company__name="Nordljus AB", **typed)

    assert answer.status == 422
    assert sentence in answer.text
    assert 'value="Nordljus AB"' in answer.text
    assert kept(world) == before


def test_who_saves_second_sees_what_the_first_saved(world: World, browser: Browser, page: str):
    mine = browser.get(page).form(PATH)
    save(browser, page, grace="9")

    areas = {"company.address": "", "invoice_footer": "", "company.country": ""}
    answer = browser.post(page, areas | mine | {"grace": "5"})

    assert answer.status == 409
    assert "Saved by somebody else: " in answer.text
    assert kept(world).grace == 9
    areas |= answer.form(PATH)
    assert browser.post(page, areas).status == 303
    assert kept(world).grace == 5


def test_it_is_audited_field_by_field(world: World, browser: Browser, page: str):
    save(browser, page, grace="9", company__name="Nordljus AB")
    while advance(audit, world.databases["billing"], world.databases["customers"]):
        pass

    with world.databases["customers"].unit_of_work(world.command) as uow:
        mine = select(AuditLine).where(AuditLine.action == "billing settings changed")
        line = uow.session.scalars(mine).one()
    assert line.before == {"grace": 3, "company.name": ""}
    assert line.after == {"grace": 9, "company.name": "Nordljus AB"}


def test_only_who_may_settings_opens_it(world: World, page: str):
    world.admin("finance@demo.example", role="finance")

    assert world.signed_in("finance@demo.example").get(page).status == 403


def upload(browser: Browser, page: str, content: bytes) -> Answer:
    fields = browser.get(page).form(f"{PATH}/logo") | {"logo": ("logo.png", content, "image/png")}
    body, kind = urllib3.encode_multipart_formdata(fields)  # type: ignore[arg-type]
    return browser.send_body(f"{page}/logo", body, {"Content-Type": kind})


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (200, 50), (10, 90, 60)).save(written, "PNG")
    return written.getvalue()


def test_a_logo_is_uploaded_shown_and_removed(world: World, browser: Browser, page: str):
    answer = upload(browser, page, picture())

    assert answer.status == 303, answer.text
    with world.databases["billing"].unit_of_work(world.command) as uow:
        logo = logo_of(uow)
    shown = browser.get(page)
    assert f"{PATH}/logo/{logo}.png" in shown.text
    assert browser.get(f"{page}/logo/{logo}.png").content.startswith(b"\x89PNG")
    assert browser.post(f"{page}/logo/remove", shown.form(f"{PATH}/logo/remove")).status == 303
    with world.databases["billing"].unit_of_work(world.command) as uow:
        assert logo_of(uow) == ""


def test_what_is_no_picture_is_refused_beside_the_field(browser: Browser, page: str):
    answer = upload(browser, page, b"no picture")

    assert answer.status == 422
    assert "This is no PNG or JPEG picture, or it is damaged." in answer.text


def test_programs_do_the_same(world: World):
    headers = {"Authorization": f"Bearer {world.api_key('network.settings')}"}
    address = world.url("admin", "/api/v1/billing/settings")
    asked = json.loads(world.browser().get(address, headers=headers).text)

    edit = {"rules": asked["rules"] | {"grace": 7}, "version": asked["version"]}
    assert world.browser().send_json("PUT", address, edit, headers=headers).status == 200
    assert world.browser().send_json("PUT", address, edit, headers=headers).status == 409
    logo = {"content": b64encode(picture()).decode(), "version": asked["version"] + 1}
    address = world.url("admin", "/api/v1/billing/logo")
    answer = world.browser().send_json("PUT", address, logo, headers=headers)

    assert answer.status == 200
    assert len(json.loads(answer.text)["logo"]) == 64
    assert kept(world).grace == 7
