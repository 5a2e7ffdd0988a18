"""From the mail to the confirmed address, over SMTP and HTTP, and everything that must not work."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.contracts.events import EmailVerified
from kernel.events import advance
from kernel.log import EventRow
from kernel.work import perform
from services.billing.memberships.lifecycle import activate_membership, start_membership
from services.billing.models import Membership
from services.billing.products.sale import create_product
from services.customers.models import Account, AuditLine, Customer
from services.sites.models import Provisioning, Site
from services.sites.settings import change_settings, show_settings
from services.sites.sites import create_site
from tests.console.people import settle
from tests.flows.browser import Answer, Browser
from tests.flows.post import Post, post_office
from tests.flows.world import Owner, World, make_world
from worker.listeners.networks import networks
from worker.listeners.verification import verification_in_billing, verification_in_sites
from worker.performers.provisioning import provisioning

NO_LONGER = "This link has been used or is too old. Ask for a new one."


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    settle(world)
    with post_office(world) as office:
        yield office


@pytest.fixture
def owner(world: World, post: Post) -> Owner:
    """A customer who was written to when he registered."""
    made = world.customer()
    assert post.deliver() == 1
    return made


def status(world: World, owner: Owner) -> str:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.get(Customer, owner.customer_id).verification


def verified(world: World) -> int:
    """Return how often it was said that an address is verified."""
    said = select(EventRow.id).where(EventRow.type == EmailVerified.model_fields["type"].default)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return len(uow.session.scalars(said.where(EventRow.network_id == world.network_id)).all())


def press(browser: Browser, page: Answer) -> Answer:
    """Press the button of the page that the link opened."""
    form = page.form("/links/verify")
    return browser.post(page.url.partition("?")[0], {name: form[name] for name in ("csrf_token", "token")})


def test_the_link_in_the_mail_confirms_the_address_and_leads_on_to_the_site(
    world: World, post: Post, owner: Owner
):
    world.site(owner)
    browser = world.browser()

    page = browser.get(post.link())
    done = browser.follow(press(browser, page))

    assert "Is <bdi>o•••@example.com</bdi> yours?" in page.text
    assert owner.email not in page.text
    assert "Your e-mail address is confirmed" in done.text
    assert f'href="{world.url("bageri", "/dashboard")}"' in done.text
    assert (status(world, owner), verified(world)) == ("verified", 1)


def test_who_has_no_site_yet_is_told_to_close_the_page(world: World, post: Post, owner: Owner):
    browser = world.browser()

    done = browser.follow(press(browser, browser.get(post.link())))

    assert "You can close this page." in done.text


def test_with_the_sites_service_away_the_address_is_confirmed_all_the_same(
    world: World, post: Post, owner: Owner
):
    browser = world.browser()
    page = browser.get(post.link())
    world.stack.served["sites"].stop()
    try:
        done = browser.follow(press(browser, page))
    finally:
        world.stack.served["sites"].start()

    assert "Your e-mail address is confirmed" in done.text
    assert status(world, owner) == "verified"


def test_the_page_is_the_networks_and_shows_nothing_of_the_console(world: World, post: Post, owner: Owner):
    world.admin()
    page = world.signed_in().get(post.link())
    sheet = world.browser().get(world.url("admin", "/brand/066fd1.css"))

    assert "<bdi>Demo</bdi>" in page.text
    assert 'href="/brand/066fd1.css"' in page.text
    assert "Atoll" not in page.text
    assert 'class="rail"' not in page.text
    assert sheet.text == ":root { --brand: #066fd1; --brand-ink: #ffffff; }\n"
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"


def test_opening_it_ten_times_changes_nothing(world: World, post: Post, owner: Owner):
    link = post.link()
    for browser in [world.browser() for _ in range(10)]:
        assert browser.get(link).status == 200
        assert browser.head(link).status == 200

    assert (status(world, owner), verified(world)) == ("pending", 0)
    browser = world.browser()
    assert press(browser, browser.get(link)).status == 303
    assert status(world, owner) == "verified"


def test_the_button_works_once(world: World, post: Post, owner: Owner):
    first, second = world.browser(), world.browser()
    pages = first.get(post.link()), second.get(post.link())

    answers = press(first, pages[0]), press(second, pages[1]), press(first, pages[0])

    assert [answer.status for answer in answers] == [303, 404, 404]
    assert NO_LONGER in answers[1].text
    assert NO_LONGER in world.browser().get(post.link()).text
    assert verified(world) == 1


def test_fifty_browsers_that_press_it_at_once_have_one_effect(world: World, post: Post, owner: Owner):
    opened = [(browser, browser.get(post.link())) for browser in (world.browser() for _ in range(50))]

    with ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda pair: press(*pair).status, opened))

    assert sorted(answers) == [303] + [404] * 49
    assert verified(world) == 1


def test_it_works_for_a_day(world: World, post: Post, owner: Owner):
    link, sent = post.link(), clock.now()

    with time_machine.travel(sent + timedelta(hours=24, seconds=5)):
        late = world.browser().get(link)
    with time_machine.travel(sent + timedelta(hours=23, minutes=59)):
        intime = world.browser().get(link)

    assert (late.status, intime.status) == (404, 200)
    assert NO_LONGER in late.text


def test_it_is_void_once_the_address_has_changed(world: World, post: Post, owner: Owner):
    browser = world.browser()
    page = browser.get(post.link())
    world.change_account(owner.account_id, email="ny@example.com", email_key="ny@example.com")

    answer = press(browser, page)

    assert (answer.status, browser.get(post.link()).status) == (404, 404)
    assert status(world, owner) == "pending"


def test_it_opens_nothing_on_another_networks_host(
    world: World, post: Post, owner: Owner, databases: dict[str, object]
):
    other = make_world(world.stack, world.databases)
    link = post.link().replace(f"//admin.{world.domain}", f"//admin.{other.domain}")

    answer = other.browser().get(link)

    assert answer.status == 404
    assert NO_LONGER in answer.text
    assert status(world, owner) == "pending"


def test_a_link_that_nobody_made_looks_like_one_that_is_used(world: World, post: Post, owner: Owner):
    browser = world.browser()
    used = post.link()
    press(browser, browser.get(used))

    texts = [
        world.browser().get(world.url("admin", f"/links/verify?token={token}")).text.partition("<main")[2]
        for token in (parse_qs(urlsplit(used).query)["token"][0], "x", "å" * 500, "a%00b")
    ]

    assert [NO_LONGER in text for text in texts] == [True] * 4


def test_without_the_forms_own_token_nothing_happens(world: World, post: Post, owner: Owner):
    browser, stranger = world.browser(), world.browser()
    form = browser.get(post.link()).form("/links/verify")
    foreign = stranger.get(post.link()).form("/links/verify")["csrf_token"]
    url = world.url("admin", "/links/verify")

    answers = [
        browser.post(url, {"token": form["token"]}),
        browser.post(url, {"token": form["token"], "csrf_token": foreign}),
    ]

    assert [answer.status for answer in answers] == [400, 400]
    assert status(world, owner) == "pending"


def test_the_secret_goes_nowhere(world: World, post: Post, owner: Owner, capfd: pytest.CaptureFixture[str]):
    link = post.link()
    token = parse_qs(urlsplit(link).query)["token"][0]
    capfd.readouterr()
    browser = world.browser()

    page = browser.get(link)
    answer = press(browser, page)
    done = browser.follow(answer)

    logged = "".join(capfd.readouterr())
    assert "/links/verify" in logged
    assert token not in logged
    for each in (page, answer, done):
        assert each.headers["Referrer-Policy"] == "no-referrer"
        assert each.headers["Cache-Control"] == "no-store"
        assert token not in each.headers.get("Location", "")
    assert token not in done.text
    with world.databases["customers"].unit_of_work(world.command) as uow:
        assert token not in str([vars(line) for line in uow.session.scalars(select(AuditLine))])


def ask(browser: Browser, world: World, email: str) -> Answer:
    page = browser.get(world.url("admin", "/links/verify"))
    form = {"csrf_token": page.form("/links/verify/again")["csrf_token"], "email": email}
    return browser.post(world.url("admin", "/links/verify/again"), form)


def test_a_new_link_is_asked_for_and_its_answer_is_the_same_for_everybody(
    world: World, post: Post, owner: Owner
):
    browser = world.browser()

    answers = [ask(browser, world, email) for email in (owner.email, "nobody@example.com", "no address")]

    assert {(answer.status, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert "If an account with this address waits to be confirmed" in answers[0].text
    assert post.deliver() == 1
    assert post.server.rcpts[-1] == [owner.email]
    assert press(browser, browser.get(post.link())).status == 303


def test_one_browser_asks_five_times_an_hour_and_is_then_told_when_again(
    world: World, post: Post, owner: Owner
):
    browser = world.browser()

    answers = [ask(browser, world, f"nobody{turn}@example.com") for turn in range(6)]

    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert "That was too often. Please wait" in answers[5].text
    assert answers[5].form("/links/verify/again")["email"] == "nobody5@example.com"


def test_losing_redis_gives_nobody_more_links(world: World, post: Post, owner: Owner):
    for _ in range(7):
        for name in world.stack.gateway.extensions["redis"].keys("*LIMITS*"):
            world.stack.gateway.extensions["redis"].delete(name)
        assert ask(world.browser(), world, owner.email).status == 200

    assert post.deliver() == 5


def test_a_signed_in_owner_is_told_on_his_dashboard_and_has_the_link_sent_again(
    world: World, post: Post, owner: Owner
):
    world.site(owner)
    browser = world.signed_in(owner.email, host="bageri")
    url = world.url("bageri", "/dashboard/verification")

    shown = browser.get(world.url("bageri", "/dashboard"))
    answers = [
        browser.follow(browser.post(url, shown.form("/dashboard/verification"))).text for _ in range(6)
    ]

    assert f"Your e-mail address <bdi>{owner.email}</bdi> is not confirmed." in shown.text
    assert ["A new link is on its way." in text for text in answers] == [True] * 5 + [False]
    assert "The next one can be sent in 60 minutes." in answers[5]
    assert post.deliver() == 5


def test_the_dashboard_says_nothing_once_the_address_is_confirmed(world: World, post: Post, owner: Owner):
    world.site(owner)
    browser = world.signed_in(owner.email, host="bageri")
    form = browser.get(world.url("bageri", "/dashboard")).form("/dashboard/verification")
    other = world.browser()
    press(other, other.get(post.link()))

    again = browser.follow(browser.post(world.url("bageri", "/dashboard/verification"), form))

    assert "is not confirmed" not in again.text
    assert "Your e-mail address is confirmed." in again.text
    assert post.deliver() == 0


@pytest.mark.parametrize("policy", ["free", "always"])
def test_what_waits_for_the_address_starts_with_the_button(
    world: World, post: Post, owner: Owner, policy: str
):
    choose(world, policy)
    membership_id = free_membership(world, owner)
    site_id = provisioned_site(world, owner, membership_id)
    world.admin()
    admin, customer = world.signed_in(), world.browser()
    before = admin.get(world.url("admin", f"/customers/{owner.customer_id}")).text

    done = customer.follow(press(customer, customer.get(post.link())))
    hear(world)

    assert "waits for the e-mail verification" in before
    assert "is being prepared and opens in a moment." in done.text
    assert (membership_status(world, membership_id), site_state(world, site_id)) == ("active", "active")
    after = admin.get(world.url("admin", f"/customers/{owner.customer_id}")).text
    assert "waits for the e-mail verification" not in after


def test_an_admin_may_verify_and_leave_the_memberships_pending(world: World, post: Post, owner: Owner):
    choose(world, "always")
    membership_id = free_membership(world, owner)
    key = {"Authorization": f"Bearer {world.api_key('customers.edit')}"}
    url = world.url("admin", f"/api/v1/customers/{owner.customer_id}/verification")

    world.browser().send_json("PUT", url, {"status": "verified", "starts_memberships": False}, headers=key)
    hear(world)

    assert membership_status(world, membership_id) == "pending"


def choose(world: World, policy: str) -> None:
    with world.databases["sites"].unit_of_work(world.command) as uow:
        found = show_settings(uow)
        wanted = found.settings.model_copy(update={"verification": policy})
        change_settings(uow, wanted, version=found.version)
    hear(world)


def hear(world: World) -> None:
    """Let the listeners read, in whatever order, until there is nothing left."""
    for listener in (networks, verification_in_billing, verification_in_sites):
        for source in world.databases.values():
            while advance(listener, source, world.databases[listener.home]):
                pass


def free_membership(world: World, owner: Owner) -> UUID:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        product = create_product(uow, slug="gratis", name="Gratis", kind="plan", pricing="free")
        made = start_membership(uow, customer_id=owner.customer_id, product_id=product.id, currency="SEK")
        return activate_membership(uow, made.id).id


def provisioned_site(world: World, owner: Owner, membership_id: UUID) -> UUID:
    with world.databases["sites"].unit_of_work(world.command) as uow:
        site = create_site(
            uow, name="bageri", title="Bageri", customer_id=owner.customer_id, membership_id=membership_id
        )
        uow.session.flush()
        work_id = uow.session.scalars(select(Provisioning.id).where(Provisioning.site_id == site.id)).one()
    perform(provisioning, world.databases["sites"], work_id)
    return site.id


def membership_status(world: World, membership_id: UUID) -> str:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        return uow.get(Membership, membership_id).status


def site_state(world: World, site_id: UUID) -> str:
    with world.databases["sites"].unit_of_work(world.command) as uow:
        return uow.get(Site, site_id).state


def test_the_dashboard_stands_when_it_cannot_be_said(world: World, post: Post, owner: Owner, monkeypatch):
    world.site(owner)
    browser = world.signed_in(owner.email, host="bageri")
    with world.databases["customers"].unit_of_work(world.command) as uow:
        uow.get(Account, owner.account_id).locale = "sv"
    app = world.stack.served["customers"].app
    inner = app.wsgi_app

    def without_it(environ, start):
        if environ["PATH_INFO"] == "/v1/own/verification":
            start("503 Service Unavailable", [])
            return []
        return inner(environ, start)

    monkeypatch.setattr(app, "wsgi_app", without_it)

    shown = browser.get(world.url("bageri", "/dashboard"))

    assert shown.status == 200
    assert "is not confirmed" not in shown.text
