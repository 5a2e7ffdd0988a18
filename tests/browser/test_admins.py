"""From the invitation to a sign-in with a code, by hand; and every page on the way without a fault."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from services.customers.accounts import one_time_tokens
from services.customers.models import Account
from tests.browser.conftest import Open, enter
from tests.browser.test_pages import LOOKS, Look, faults
from tests.console.people import settle
from tests.flows.world import World

EMAIL, PASSWORD = "bo.ek@demo.example", "en lång fras, 7 ord"
PICTURES = os.environ.get("ATOLL_LOOK", "")
"""A folder in which to look at the pages, when one is named."""


@pytest.fixture
def known(world: World) -> World:
    world.admin()
    settle(world)
    return world


def link(world: World) -> str:
    """Make the link as the worker does when it sends the mail."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        account_id = uow.session.scalars(select(Account.id).where(Account.email == EMAIL)).one()
        return world.url("admin", f"/links/invite?token={one_time_tokens.issue(uow, account_id, 'invite')}")


def look(page: Page, name: str) -> list[str]:
    """Return the faults of the page, and keep a picture of it if asked to."""
    if PICTURES:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    return faults(page)


@pytest.mark.parametrize("look_of", LOOKS, ids=lambda look_of: " ".join(map(str, look_of.values())))
def test_from_the_invitation_to_a_sign_in_with_a_code(known: World, open_page: Open, look_of: Look):
    owner, newcomer = open_page(**look_of), open_page(**look_of)
    enter(known, owner, "/settings/admins")
    found = look(owner, "admins")

    owner.goto(known.url("admin", "/settings/admins/invite"))
    found += look(owner, "invite")
    owner.locator("#email").fill(EMAIL)
    owner.locator("#name").fill("Bo Ek")
    owner.locator("input[name=role][value=support]").check()
    owner.locator("main .btn-primary").click()
    owner.wait_for_url("**/settings/admins")
    found += look(owner, "invited")

    newcomer.goto(link(known))
    found += look(newcomer, "accept")
    newcomer.locator("#password").fill(PASSWORD)
    newcomer.locator(".door-card button").click()
    newcomer.wait_for_url("**/customers")

    codes, app = set_up(known, newcomer, found)
    newcomer.locator("details.drop summary.account").click()
    newcomer.locator("form[action='/sign-out'] button").click()
    sign_in(known, newcomer)
    found += look(newcomer, "second-step")
    newcomer.locator("#code").fill("000000")
    newcomer.locator(".door-card button").click()
    expect(newcomer.locator(".notice-danger")).to_be_visible()
    newcomer.locator("#code").fill(app.at(datetime.now(UTC) + timedelta(seconds=30)))
    newcomer.locator(".door-card button").click()
    newcomer.wait_for_url("**/customers")

    assert len(codes) == 10
    owner.goto(known.url("admin", "/settings/admins"))
    found += look(owner, "admins-two")
    owner.locator("a", has_text="Bo Ek").click()
    owner.locator("details.sure summary").last.click()
    found += look(owner, "admin")
    assert found == []


def set_up(world: World, page: Page, found: list[str]) -> tuple[list[str], pyotp.TOTP]:
    """Set a second factor up by hand; return the recovery codes and the app."""
    page.goto(world.url("admin", "/account/second-factor"))
    found += look(page, "factor-off")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main .btn-primary").click()
    expect(page.locator("svg.qr")).to_be_visible()
    found += look(page, "factor-begun")
    app = pyotp.TOTP(page.locator("code.secret").inner_text())
    page.locator("#code").fill(app.now())
    page.locator("main .btn-primary").click()
    expect(page.locator(".codes li")).to_have_count(10)
    found += look(page, "recovery-codes")
    codes = page.locator(".codes code").all_inner_texts()
    page.locator("main .btn-primary").click()
    expect(page.locator(".btn-danger")).to_be_visible()
    found += look(page, "factor-on")
    return codes, app


def sign_in(world: World, page: Page) -> None:
    page.goto(world.url("admin", "/sign-in"))
    page.locator("#login").fill(EMAIL)
    page.locator("#password").fill(PASSWORD)
    page.locator(".door-card button").click()
    page.wait_for_url("**/sign-in/code")


@pytest.mark.parametrize("look_of", LOOKS, ids=lambda look_of: " ".join(map(str, look_of.values())))
def test_a_key_is_made_copied_and_revoked(known: World, open_page: Open, look_of: Look):
    page = open_page(**look_of, permissions=["clipboard-read", "clipboard-write"])
    enter(known, page, "/settings/api-keys")
    found = look(page, "keys-none")
    page.goto(known.url("admin", "/settings/api-keys/new"))
    found += look(page, "key-new")
    page.locator("#name").fill("Webbutiken")
    page.locator("input[value='customers.view']").check()
    page.locator("input[value='sites.view']").check()
    page.locator("main .btn-primary").click()
    expect(page.locator("#made-key")).to_have_text(re.compile("^atoll_"))
    found += look(page, "key-made")
    page.locator("[data-copy]").click()
    expect(page.locator("#toasts .toast")).to_be_visible()
    page.locator("main .btn-primary").click()
    page.locator("details.sure summary").click()
    found += look(page, "keys")
    page.locator(".sure-panel button").click()
    expect(page.locator(".pill", has_text=re.compile("Revoked|Återkallad"))).to_be_visible()

    assert found == []
