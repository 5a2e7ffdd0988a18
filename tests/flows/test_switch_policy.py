"""What a network decides about switching, what an owner allows, and what the log keeps of it."""

from datetime import timedelta
from itertools import product as every
from typing import get_args

import pytest
import time_machine
from sqlalchemy import select, update

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.access import ROLES, Role
from kernel.contracts.customers import Clearance
from kernel.contracts.sites import NetworkSettings
from kernel.errors import Conflict, Forbidden
from kernel.events import advance
from services.customers.accounts.clearances import clear_switch
from services.customers.models import AuditLine, Customer, Mail, Network
from services.sites.models import SwitchTicket
from services.sites.settings import change_settings, show_settings
from tests.console.people import settle
from tests.flows.scene import REASON, Scene, set_scene
from tests.flows.world import World
from worker.listeners.networks import networks
from worker.listeners.visits import visit_mail


@pytest.fixture
def scene(world: World) -> Scene:
    return set_scene(world)


def decide(world: World, **values: object) -> None:
    """Change the network's settings, and let the customers service hear of it."""
    with world.databases["sites"].unit_of_work(world.command) as uow:
        shown = show_settings(uow)
        wanted = NetworkSettings.model_validate(shown.settings.model_dump() | values)
        change_settings(uow, wanted, version=shown.version)
    hear(world)


def hear(world: World) -> None:
    for listener in (networks, visit_mail):
        while advance(listener, world.databases["sites"], world.databases["customers"]):
            pass


def consent(scene: Scene, days: float | None) -> None:
    until = None if days is None else clock.now() + timedelta(days=days)
    with scene.world.databases["customers"].unit_of_work(scene.world.command) as uow:
        uow.session.execute(update(Customer).values(assistance_until=until))


def test_without_consent_nobody_comes_and_the_page_says_why(scene: Scene):
    decide(scene.world, switch_needs_consent=True)

    shown = scene.browser.get(scene.switch_url)
    answer = scene.begin()

    for page in (shown, answer):
        assert "has not allowed assistance" in page.text
    assert answer.status == 403
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        assert uow.session.scalars(select(SwitchTicket)).all() == []


def test_with_consent_he_comes_and_is_out_at_the_next_request_once_it_is_taken_back(scene: Scene):
    decide(scene.world, switch_needs_consent=True)
    consent(scene, 3)
    assert scene.switch().status == 200

    consent(scene, None)
    refused = scene.browser.get(scene.site_url("/dashboard"))

    assert (refused.status, "Your visit to this site has ended." in refused.text) == (403, True)


def test_a_visit_is_over_when_the_consent_is_though_its_hour_is_not(scene: Scene):
    decide(scene.world, switch_needs_consent=True)
    consent(scene, 5 / (24 * 60))
    scene.switch()

    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        refused = scene.browser.get(scene.site_url("/dashboard"))

    assert refused.status in {303, 403}


def test_where_the_network_wants_no_reason_none_is_needed(scene: Scene):
    decide(scene.world, switch_needs_reason=False)

    assert scene.switch(reason="").status == 200


def test_where_the_network_only_lets_look_nobody_acts(scene: Scene):
    scene.switch(mode="act")
    decide(scene.world, switch_mode="look")

    out = scene.browser.get(scene.site_url("/dashboard"))
    shown = scene.browser.get(scene.switch_url)
    refused = scene.begin(mode="act")

    assert "Your visit to this site has ended." in out.text
    assert 'value="act"' not in shown.text
    assert (refused.status, "only to look" in refused.text) == (403, True)
    assert "Nothing can be changed." in scene.switch(mode="look").text


def test_support_looks_and_does_not_act(scene: Scene):
    scene.world.admin("sara@demo.example", role="support")
    helper = Scene(scene.world, scene.admin_id, scene.owner, scene.site_id,
                   scene.world.signed_in("sara@demo.example"))  # fmt: skip

    shown = helper.browser.get(helper.switch_url)
    refused = helper.begin(mode="act")

    assert 'value="act"' not in shown.text
    assert refused.status == 403
    assert "Nothing can be changed." in helper.switch(mode="look").text


@pytest.mark.parametrize("is_mailed", [True, False])
def test_the_owner_is_told_by_mail_where_the_network_wants_that(scene: Scene, *, is_mailed: bool):
    decide(scene.world, switch_is_mailed=is_mailed)

    scene.switch(mode="look")
    hear(scene.world)
    hear(scene.world)

    with scene.world.databases["customers"].unit_of_work(scene.world.command) as uow:
        told = uow.session.scalars(select(Mail).where(Mail.template == "visit")).all()
    assert [(mail.to, REASON in mail.text, "Ada Admin" in mail.subject) for mail in told] == (
        [(scene.owner.email, True, True)] if is_mailed else []
    )


ADMIN_ROLES: tuple[Role, ...] = get_args(Role)
COMBINATIONS = list(every(ADMIN_ROLES, (None, *ADMIN_ROLES), (True, False), ("look", "act"), ("look", "act")))


def test_of_over_two_hundred_combinations_only_the_allowed_ones_let_anybody_in(scene: Scene):
    """By the actor's role, the target's, whether he is active, the mode, and the network's policy."""
    decide(scene.world, name="Demo")
    world, asked = scene.world, Clearance(reason="x", site_id=scene.site_id, mode="look")
    assert len(COMBINATIONS) > 200
    wrong = []
    for role, target, is_active, mode, policy in COMBINATIONS:
        world.change_account(scene.owner.account_id, role=target, is_active=is_active)
        actor = Identity(
            world.network_id, f"account:{scene.admin_id}", ROLES[role], account_id=scene.admin_id, epoch=1
        )
        with world.databases["customers"].unit_of_work(world.command) as uow:
            uow.session.execute(update(Network).values(switch_mode=policy))
        try:
            with world.databases["customers"].unit_of_work(actor) as uow:
                clear_switch(uow, scene.owner.customer_id, asked.model_copy(update={"mode": mode}))
            went = True
        except (Forbidden, Conflict):
            went = False
        may = role in {"owner", "administrator"} or (role == "support" and mode == "look")
        if went != (may and target is None and is_active and (mode == "look" or policy == "act")):
            wrong.append((role, target, is_active, mode, policy, went))
    assert wrong == []


def test_the_owner_allows_assistance_until_a_day_and_takes_it_back(scene: Scene):
    owner = scene.world.signed_in(scene.owner.email, host="bageri")
    account = scene.site_url("/dashboard/account")
    form = owner.get(account).form("/dashboard/account/assistance")

    wrong = owner.post(f"{account}/assistance", form | {"until": "2020-01-01"})
    typed = (clock.now() + timedelta(days=3)).date().isoformat()
    allowed = owner.follow(owner.post(f"{account}/assistance", form | {"until": typed}))
    withdrawn = owner.follow(owner.post(f"{account}/assistance", form | {"withdraw": "1"}))

    assert wrong.status == 422
    assert "Choose a day from tomorrow on" in wrong.text
    assert 'value="2020-01-01"' in wrong.text
    assert "may switch to your sites until" in allowed.text
    assert "may switch to your sites until" not in withdrawn.text
    with scene.world.databases["customers"].unit_of_work(scene.world.command) as uow:
        lines = uow.session.scalars(select(AuditLine).where(AuditLine.action == "assistance decided")).all()
    assert len(lines) == 2


def test_the_owner_sees_who_was_in_his_place_and_no_others_visits(scene: Scene):
    scene.switch(mode="look")
    other = scene.world.customer("bo@customer.example", "Bo")
    scene.world.site(other, "annan")

    mine = scene.world.signed_in(scene.owner.email, host="bageri").get(scene.site_url("/dashboard/account"))
    host = scene.world.url("annan", "/dashboard/account")
    theirs = scene.world.signed_in(other.email, host="annan").get(host)

    assert "Ada Admin" in mine.text
    assert REASON in mine.text
    assert "Nobody was." in theirs.text


def test_the_log_says_who_whom_where_why_how_and_until_when(scene: Scene):
    dashboard = scene.switch(mode="act")
    edit = dashboard.text.partition('href="/dashboard/pages/')[2].partition('"')[0]
    page = scene.browser.get(scene.site_url(f"/dashboard/pages/{edit}"))
    scene.browser.post(page.url, page.form("") | {"title": "Better"})
    scene.browser.post(scene.site_url("/switch/back"), dashboard.form("/switch/back"))
    settle(scene.world)

    log = scene.browser.get(scene.url("/switches"))
    over = scene.browser.get(scene.url("/switches?state=open"))
    file = scene.browser.get(scene.url("/switches.csv")).text
    visit_id = log.text.partition('href="/switches/')[2].partition('"')[0]
    visit = scene.browser.get(scene.url(f"/switches/{visit_id}"))

    assert "Better" in visit.text
    for said in ("Ada Admin", REASON, "switched back", "Act as its administrator"):
        assert said in log.text
    assert "No visit fits." in over.text
    assert "switched back" in file
    assert REASON in file


def test_all_visits_are_ended_by_a_button(scene: Scene):
    scene.switch()
    scene.world.admin("eva@demo.example", name="Eva Ägare")
    boss = scene.world.signed_in("eva@demo.example")
    form = boss.get(scene.url("/switches")).form("/switches/end-all")

    done = boss.follow(boss.post(scene.url("/switches/end-all"), form))
    refused = scene.browser.get(scene.site_url("/dashboard"))

    assert "1 visit has ended." in done.text
    assert "an admin ended all visits" in done.text
    assert (refused.status, "Your visit to this site has ended." in refused.text) == (403, True)


@pytest.mark.parametrize("days", [("0001-01-01", "9999-12-31"), ("9999-12-31", "0001-01-01")])
def test_the_ends_of_the_calendar_bound_nothing(scene: Scene, days: tuple[str, str]):
    scene.switch()

    log = scene.browser.get(scene.url(f"/switches?since={days[0]}&until={days[1]}"))

    assert (log.status, REASON in log.text) == (200, days[0] < days[1])
