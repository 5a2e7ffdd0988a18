"""Switching to a customer's site and back, hop by hop, and everything that must not work."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from kernel import clock
from kernel.contracts.sites import VisitEnd
from services.sites.models import SwitchTicket, Visit
from services.sites.sites import disable_site, map_domain
from services.sites.visits import end_visits
from tests.flows.browser import Browser
from tests.flows.scene import Scene, set_scene
from tests.flows.world import World, sign_in

NONCE = "atoll-arrival"


@pytest.fixture
def scene(world: World) -> Scene:
    return set_scene(world)


def count(scene: Scene, model: type) -> int:
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        return uow.session.scalar(select(func.count()).select_from(model)) or 0


def causes(scene: Scene) -> list[str | None]:
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        return list(uow.session.scalars(select(Visit.cause)))


def test_an_admin_arrives_in_the_dashboard_with_a_banner_and_switches_back(scene: Scene):
    dashboard = scene.switch()

    assert dashboard.status == 200
    assert dashboard.url == scene.site_url("/dashboard")
    assert "<bdi>Ada Admin</bdi>, you are here as <bdi>Olle Ägare</bdi>." in dashboard.text

    back = scene.browser.post(scene.site_url("/switch/back"), dashboard.form("/switch/back"))

    assert back.status == 303
    assert back.location == scene.url(f"/customers/{scene.owner.customer_id}")
    assert scene.browser.follow(back).status == 200
    assert scene.browser.get(scene.site_url("/dashboard")).location == scene.site_url(
        "/sign-in?next=/dashboard"
    )


def test_of_several_sites_one_is_chosen_first(scene: Scene):
    other = scene.world.site(scene.owner, "butik")

    unchosen = scene.begin()
    chosen = scene.begin(site_id=str(other))

    assert unchosen.status == 200
    assert "Bageri" in unchosen.text
    assert "Butik" in unchosen.text
    assert urlsplit(chosen.location).hostname == f"butik.{scene.world.domain}"
    assert count(scene, SwitchTicket) == 1


def test_another_customers_site_cannot_be_named(scene: Scene):
    stranger = scene.world.site(scene.world.customer("eva@example.com"), "annan")

    answer = scene.begin(site_id=str(stranger))

    assert answer.status == 409
    assert count(scene, SwitchTicket) == 0


def test_without_a_site_a_sentence_says_so(world: World):
    world.admin()
    owner = world.customer()
    browser = world.signed_in()

    page = browser.get(world.url("admin", f"/customers/{owner.customer_id}/switch"))

    assert "This customer has no site yet, so there is nowhere to switch to." in page.text


def test_a_pending_site_says_so(world: World):
    world.admin()
    owner = world.customer()
    site_id = world.site(owner, is_open=False)

    page = world.signed_in().get(world.url("admin", f"/customers/{owner.customer_id}/switch"))

    assert "The site bageri is not set up yet." in page.text
    assert f'href="/sites/{site_id}"' in page.text


def test_a_site_disabled_meanwhile_is_not_switched_to(scene: Scene):
    token = scene.browser.get(scene.switch_url).form(urlsplit(scene.switch_url).path)["csrf_token"]
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        disable_site(uow, scene.site_id, reason="unpaid")

    answer = scene.browser.post(scene.switch_url, {"csrf_token": token, "reason": "help"})

    assert answer.status == 409
    assert "The site bageri is disabled." in answer.text
    assert count(scene, SwitchTicket) == 0


def test_a_reason_must_be_given(scene: Scene):
    answer = scene.begin(reason="  ")

    assert answer.status == 422
    assert "Say in a few words why you switch" in answer.text
    assert count(scene, SwitchTicket) == 0


def test_fifty_redemptions_at_once_make_one_session(scene: Scene):
    form = scene.hand_over()
    nonce = scene.browser.cookie(scene.site_url(), NONCE)

    def arrive(_: int) -> int:
        browser = Browser(scene.world.stack.port, cookies={f"bageri.{scene.world.domain}": {NONCE: nonce}})
        return browser.post(scene.site_url("/switch/arrive"), form).status

    with ThreadPoolExecutor(50) as threads:
        statuses = list(threads.map(arrive, range(50)))

    assert sorted(statuses) == [303] + [403] * 49
    assert count(scene, Visit) == 1


def test_a_ticket_is_refused_after_sixty_seconds(scene: Scene):
    form = scene.hand_over()

    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        answer = scene.arrive(form)

    assert answer.status == 403
    assert count(scene, Visit) == 0


def test_a_ticket_is_refused_on_another_host(scene: Scene):
    scene.world.site(scene.owner, "butik")
    form = scene.hand_over(site_id=str(scene.site_id))
    elsewhere = f"butik.{scene.world.domain}"
    scene.browser.cookies[elsewhere] = dict(scene.browser.cookies[f"bageri.{scene.world.domain}"])

    answer = scene.browser.post(scene.world.url("butik", "/switch/arrive"), form)

    assert answer.status == 403
    assert count(scene, Visit) == 0


@pytest.mark.parametrize("prepares", [True, False], ids=["with a cookie of its own", "without one"])
def test_a_ticket_is_refused_from_another_browser(scene: Scene, prepares: bool):
    form = scene.hand_over()
    thief = scene.world.browser()
    if prepares:
        thief.get(scene.site_url(f"/switch/prepare?ticket={scene.admin_id}"))

    answer = thief.post(scene.site_url("/switch/arrive/again"), form)

    assert answer.status == 403
    assert count(scene, Visit) == 0


def test_a_token_is_not_taken_out_of_an_address(scene: Scene):
    form = scene.hand_over()

    answers = [
        scene.browser.get(scene.site_url(f"/switch/arrive?token={form['token']}")),
        scene.browser.post(scene.site_url(f"/switch/arrive?token={form['token']}"), {}),
    ]

    assert [answer.status for answer in answers] == [405, 403]
    assert count(scene, Visit) == 0


def test_the_token_is_in_no_address_and_in_no_log(scene: Scene, capfd: pytest.CaptureFixture[str]):
    form = scene.hand_over()
    nonce = scene.browser.cookie(scene.site_url(), NONCE)
    scene.browser.follow(scene.arrive(form))

    logged = "".join(capfd.readouterr())

    assert "/switch/arrive" in logged
    for secret in (form["token"], nonce, *scene.browser.cookies[f"admin.{scene.world.domain}"].values()):
        assert secret not in logged
        assert not [url for url in scene.browser.visited if secret in url]


def test_a_ticket_is_handed_over_once_and_only_to_who_asked_for_it(scene: Scene):
    scene.world.admin("eve@demo.example")
    eve = scene.world.signed_in("eve@demo.example")
    prepared = scene.browser.get(scene.begin().location)

    statuses = [browser.get(prepared.location).status for browser in (eve, scene.browser, scene.browser)]

    assert statuses == [403, 200, 403]


def test_without_the_right_to_switch_nothing_begins(scene: Scene):
    scene.world.admin("fia@demo.example", role="finance")
    finance = scene.world.signed_in("fia@demo.example")
    token = finance.get(scene.url("/customers")).form("/sign-out")["csrf_token"]

    asked = finance.get(scene.switch_url)
    begun = finance.post(scene.switch_url, {"csrf_token": token, "reason": "curious"})
    nobody = scene.world.browser().get(scene.switch_url)

    assert (asked.status, begun.status, nobody.status) == (403, 403, 303)
    assert count(scene, SwitchTicket) == 0


@pytest.mark.parametrize("role", ["owner", "support", "auditor"])
def test_nobody_switches_to_an_admin(scene: Scene, role: str):
    scene.world.change_account(scene.owner.account_id, role=role)

    answer = scene.begin()

    assert answer.status == 403
    assert "nobody switches to an admin" in answer.text
    assert count(scene, SwitchTicket) == 0


def sign_out_of_admin(scene: Scene) -> None:
    page = scene.browser.get(scene.url("/customers"))
    assert scene.browser.post(scene.url("/sign-out"), page.form("/sign-out")).status == 303


def demote(scene: Scene) -> None:
    scene.world.change_account(scene.admin_id, role="auditor")


def demote_a_little(scene: Scene) -> None:
    scene.world.change_account(scene.admin_id, role="support")


def deactivate(scene: Scene) -> None:
    scene.world.change_account(scene.admin_id, is_active=False)


def deactivate_owner(scene: Scene) -> None:
    scene.world.change_account(scene.owner.account_id, is_active=False)


def make_owner_an_equal(scene: Scene) -> None:
    scene.world.change_account(scene.owner.account_id, role="owner")


def sign_out_everywhere(scene: Scene) -> None:
    scene.world.change_account(scene.admin_id, epoch=2)


def end_all(scene: Scene) -> None:
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        session = uow.session.scalars(select(Visit.admin_session)).one()
        end_visits(uow, VisitEnd(cause="no longer allowed", admin_session=session))


def disable(scene: Scene) -> None:
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        disable_site(uow, scene.site_id, reason="unpaid")


@pytest.mark.parametrize(
    "ends",
    [
        sign_out_of_admin, demote, demote_a_little, deactivate, sign_out_everywhere, end_all, disable,
        deactivate_owner, make_owner_an_equal,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_the_visit_ends_at_the_next_request(scene: Scene, ends):
    scene.switch()

    ends(scene)
    refused = scene.browser.get(scene.site_url("/dashboard"))
    afterwards = scene.browser.get(scene.site_url("/dashboard"))

    assert refused.status == 403
    assert "Your visit to this site has ended." in refused.text
    assert 'action="/switch/back"' not in refused.text
    assert afterwards.location == scene.site_url("/sign-in?next=/dashboard")


@pytest.mark.parametrize("ends", [sign_out_of_admin, demote, deactivate, end_all], ids=lambda f: f.__name__)
def test_the_row_says_that_the_visit_ended(scene: Scene, ends):
    scene.switch()

    ends(scene)
    scene.browser.get(scene.site_url("/dashboard"))

    assert causes(scene) == ["signed out" if ends is sign_out_of_admin else "no longer allowed"]


def test_nothing_is_changed_by_a_visit_that_is_over(scene: Scene):
    page = edit_form(scene)
    demote(scene)

    answer = scene.browser.post(page.url, page.form("") | {"title": "Hacked"})

    assert answer.status == 403
    assert "Hacked" not in scene.world.browser().get(scene.site_url("/")).text


def test_a_visit_lasts_an_hour_at_most_and_a_quarter_of_one_without_a_request(scene: Scene):
    dashboard = scene.switch()
    redis = scene.world.stack.gateway.extensions["redis"]
    idle = [redis.ttl(key) for key in redis.keys("session:*") if b'"visit"' in redis.get(key)]

    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        late = scene.browser.get(dashboard.url)

    assert max(idle) <= 15 * 60
    assert late.location == scene.site_url("/sign-in?next=/dashboard")


def test_switching_back_depends_on_nothing_but_the_own_session(scene: Scene):
    dashboard = scene.switch()
    good = dashboard.form("/switch/back")
    stranger = scene.world.browser()
    csrf = stranger.get(scene.site_url("/sign-in")).form("/sign-in")["csrf_token"]
    forged = {"csrf_token": csrf, "original_user_id": str(scene.admin_id), "return_path": "//evil.example"}
    stranger.cookies[f"bageri.{scene.world.domain}"] |= {
        "original_user_id": str(scene.admin_id),
        "visit": "1",
    }

    refused = stranger.post(scene.site_url("/switch/back"), forged)
    unsigned = scene.browser.post(scene.site_url("/switch/back"), {})
    still = scene.browser.get(scene.site_url("/dashboard"))
    back = scene.browser.post(scene.site_url("/switch/back"), good | {"return_path": "//evil.example"})

    assert (refused.status, unsigned.status, still.status) == (403, 400, 200)
    assert stranger.get(scene.url("/customers")).status == 303
    assert back.location == scene.url(f"/customers/{scene.owner.customer_id}")


def test_the_owner_sees_nothing_of_the_visit_and_cannot_end_it(scene: Scene):
    scene.switch()
    owner = scene.world.signed_in(scene.owner.email, host="bageri")

    page = owner.get(scene.site_url("/dashboard"))
    token = page.form("/sign-out")["csrf_token"]
    answer = owner.post(scene.site_url("/switch/back"), {"csrf_token": token})

    assert page.status == 200
    assert "you are here as" not in page.text
    assert answer.status == 403
    assert scene.browser.get(scene.site_url("/dashboard")).status == 200


def test_signing_out_on_the_site_ends_the_visit_and_nothing_else(scene: Scene):
    dashboard = scene.switch()

    scene.browser.post(
        scene.site_url("/sign-out"), {"csrf_token": dashboard.form("/switch/back")["csrf_token"]}
    )

    assert scene.browser.get(scene.site_url("/dashboard")).status == 303
    assert scene.browser.get(scene.url("/customers")).status == 200
    assert causes(scene) == ["signed out"]


def test_a_visits_cookie_is_nobody_on_another_host(scene: Scene):
    scene.world.site(scene.owner, "butik")
    scene.switch(site_id=str(scene.site_id))
    carried = dict(scene.browser.cookies[f"bageri.{scene.world.domain}"])
    scene.browser.cookies[f"butik.{scene.world.domain}"] = carried
    scene.browser.cookies[f"admin.{scene.world.domain}"] = carried | {"atoll-admin": carried["atoll-site"]}

    assert scene.browser.get(scene.world.url("butik", "/dashboard")).status == 303
    assert scene.browser.get(scene.url("/customers")).status == 303


@pytest.mark.parametrize(
    "path", ["/", "/no-such-page", "/dashboard/pages/00000000-0000-0000-0000-000000000000"]
)
def test_the_banner_is_on_every_page(scene: Scene, path: str):
    scene.switch()

    page = scene.browser.get(scene.site_url(path))

    assert page.status == (200 if path == "/" else 404)
    assert "<bdi>Ada Admin</bdi>, you are here as <bdi>Olle Ägare</bdi>." in page.text
    assert 'action="/switch/back"' in page.text


def edit_form(scene: Scene):
    dashboard = scene.switch()
    link = re.search(r'href="(/dashboard/pages/[0-9a-f-]{36})"', dashboard.text)
    assert link is not None
    return scene.browser.get(scene.site_url(link[1]))


def test_what_is_edited_on_a_visit_is_what_visitors_see(scene: Scene):
    page = edit_form(scene)

    saved = scene.browser.post(page.url, page.form("") | {"title": "Nybakat", "markdown": "# Varmt *bröd*"})

    assert saved.status == 303
    assert "<h1>Varmt <em>bröd</em></h1>" in scene.world.browser().get(scene.site_url("/")).text


def test_a_mapped_domain_is_a_site_like_any_other(scene: Scene):
    with scene.world.databases["sites"].unit_of_work(scene.world.command) as uow:
        domain = f"www.{scene.world.domain.partition('.')[0]}.example"
        map_domain(uow, scene.site_id, domain)
    address = f"http://{domain}:{scene.world.stack.port}"
    owner = scene.world.browser()

    signed_in = sign_in(owner, f"{address}/sign-in", scene.owner.email)

    assert owner.get(f"{address}/").status == 200
    assert owner.follow(signed_in).status == 200
    assert owner.get(scene.site_url("/dashboard")).status == 303


def test_the_address_of_hop_two_holds_no_secret(scene: Scene):
    begun = scene.begin()

    assert list(parse_qs(urlsplit(begun.location).query)) == ["ticket"]
    assert begun.headers["Cache-Control"] == "no-store"
