"""The pages of the admins: who is there, inviting, changing, and what is refused to whom."""

import json
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import select

from services.customers.accounts import one_time_tokens
from services.customers.models import Account, Mail
from tests.console.people import settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import World, sign_in

LIST = "/settings/admins"


@pytest.fixture
def known(world: World) -> World:
    """A network that the customers service has heard of: mail can be written."""
    settle(world)
    return world


def post(world: World, browser: Browser, path: str, **typed: str) -> Answer:
    token = browser.get(world.url("admin", f"{LIST}/invite")).form("/sign-out")["csrf_token"]
    return browser.post(world.url("admin", path), {"csrf_token": token, **typed})


def account(world: World, account_id: UUID) -> Account:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.get(Account, account_id)


def invited(world: World, email: str) -> UUID:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.session.scalars(select(Account.id).where(Account.email == email)).one()


def link(world: World, email: str) -> str:
    """Make the link as the worker does when it sends the mail."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        account_id = uow.session.scalars(select(Account.id).where(Account.email == email)).one()
        return world.url("admin", f"/links/invite?token={one_time_tokens.issue(uow, account_id, 'invite')}")


def invitation_of(world: World, browser: Browser) -> str:
    page = browser.get(world.url("admin", LIST)).text
    return page.partition(f"{LIST}/invitations/")[2].partition("/")[0]


def test_the_list_shows_who_is_there_and_the_menu_leads_to_it(world: World, browser: Browser):
    world.admin("bo@demo.example", role="support", name="Bo Ek")

    page = browser.get(world.url("admin", LIST))

    assert page.status == 200
    assert {"Ada Admin", "Bo Ek", "Never signed in", "Support", "Owner"} <= set(
        page.text.replace("<", ">").split(">")
    )
    assert LIST in browser.get(world.url("admin", "/settings")).text


def test_an_invitation_is_sent_shown_sent_again_and_withdrawn(known: World, browser: Browser):
    answer = post(known, browser, f"{LIST}/invite", email="bo@demo.example", name="Bo", role="support")
    assert (answer.status, answer.headers["Location"]) == (303, LIST)
    assert "The invitation to bo@demo.example is on its way." in browser.follow(answer).text
    one = invitation_of(known, browser)

    again = post(known, browser, f"{LIST}/invitations/{one}/again")
    assert "A new link is on its way" in browser.follow(again).text
    gone = post(known, browser, f"{LIST}/invitations/{one}/withdraw")

    assert "Nobody is invited at the moment." in browser.follow(gone).text
    with known.databases["customers"].unit_of_work(known.command) as uow:
        assert len(uow.session.scalars(select(Mail).where(Mail.template == "invitation")).all()) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "no address", "role": "support"}, "email-error"),
        (
            {"email": "admin@demo.example", "role": "support"},
            "This is the address of an administrator already.",
        ),
        ({"email": "bo@demo.example", "role": "king"}, "Choose one of the roles."),
    ],
)
def test_what_was_typed_is_kept_when_it_is_wrong(known: World, browser: Browser, typed, sentence):
    answer = post(known, browser, f"{LIST}/invite", name="Bo Ek", **typed)

    assert answer.status in {409, 422}
    assert sentence in answer.text
    assert f'value="{typed["email"]}"' in answer.text
    assert 'value="Bo Ek"' in answer.text
    assert "Nobody is invited at the moment." in browser.get(known.url("admin", LIST)).text


def test_who_accepts_chooses_name_and_password_and_is_in(known: World, browser: Browser):
    post(known, browser, f"{LIST}/invite", email="bo@demo.example", name="Bo", role="support")
    newcomer = known.browser()
    url = link(known, "bo@demo.example")

    page = newcomer.get(url)
    assert page.status == 200
    assert "<bdi>Ada Admin</bdi> invites you as: Support" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    typed = page.form("/links/invite") | {"name": "Bo Ek", "password": "a long Password 1"}
    answer = newcomer.post(known.url("admin", "/links/invite"), typed)

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert "Bo Ek" in newcomer.follow(answer).text
    assert (
        sign_in(
            known.browser(), known.url("admin", "/sign-in"), "bo@demo.example", "a long Password 1"
        ).status
        == 303
    )


def test_what_is_wrong_with_a_new_password_is_said_beside_it(known: World, browser: Browser):
    post(known, browser, f"{LIST}/invite", email="bo@demo.example", name="Bo", role="support")
    newcomer, url = known.browser(), link(known, "bo@demo.example")

    typed = newcomer.get(url).form("/links/invite") | {"name": "Bo Ek", "password": "short"}
    answer = newcomer.post(known.url("admin", "/links/invite"), typed)

    assert answer.status == 422
    assert 'id="password-error"' in answer.text
    assert "A password needs at least 8 characters. A password needs three of these" in answer.text
    assert 'value="Bo Ek"' in answer.text
    assert 'value="short"' not in answer.text
    assert newcomer.get(url).status == 200


def test_a_customer_accepts_with_a_new_password_and_is_in(known: World, browser: Browser):
    owner = known.customer("bo@demo.example", "Bo", "Ek")
    post(known, browser, f"{LIST}/invite", email=owner.email, role="auditor")
    guest = known.browser()

    page = guest.get(link(known, owner.email))
    form = page.form("/links/invite") | {"password": "a long Password 1"}
    answer = guest.post(known.url("admin", "/links/invite"), form)

    assert "You have an account here already." in page.text
    assert answer.status == 303
    assert guest.get(known.url("admin", "/customers")).status == 200
    with pytest.raises(AssertionError):
        known.signed_in(owner.email)  # with the password he had as a customer


@pytest.mark.parametrize("token", ["", "x", "x" * 500, "a%00b"])
def test_a_link_that_is_none_says_so(known: World, token: str):
    answer = known.browser().get(known.url("admin", f"/links/invite?token={token}"))

    assert answer.status in {404, 422}
    assert "traceback" not in answer.text.lower()


def test_accepting_without_the_forms_own_token_changes_nothing(known: World, browser: Browser):
    post(known, browser, f"{LIST}/invite", email="bo@demo.example", name="Bo", role="support")
    url = link(known, "bo@demo.example")
    guest = known.browser()
    guest.get(url)

    secret = {"token": url.partition("token=")[2], "name": "Bo", "password": "a long Password 1"}
    assert guest.post(known.url("admin", "/links/invite"), secret).status == 400

    assert account(known, invited(known, "bo@demo.example")).role is None


ACTIONS = {
    "role": ({"role": "auditor"}, "The role is changed."),
    "deactivate": ({}, "The account is deactivated."),
    "end-sessions": ({}, "All sessions of the account have ended."),
    "remove": ({}, "The person is no longer an admin."),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_owner_changes_an_admin_who_is_out_at_his_next_request(
    world: World, browser: Browser, action: str
):
    bo = world.admin("bo@demo.example", role="support", name="Bo Ek")
    his = world.signed_in("bo@demo.example")
    typed, words = ACTIONS[action]

    answer = post(world, browser, f"{LIST}/{bo}/{action}", **typed)

    assert words in browser.follow(answer).text
    assert his.get(world.url("admin", "/customers")).status == 303


@pytest.mark.parametrize("action", ["deactivate", "end-sessions", "remove"])
def test_his_sessions_are_dropped_at_once(world: World, browser: Browser, action: str):
    bo = world.admin("bo@demo.example", role="support", name="Bo Ek")
    for _ in range(2):
        world.signed_in("bo@demo.example")
    redis: Redis[bytes] = world.stack.gateway.extensions["redis"]
    handles = [handle.decode() for handle in redis.smembers(f"sessions-of:{bo}")]
    assert [redis.exists(f"session:{handle}") for handle in handles] == [1, 1]

    post(world, browser, f"{LIST}/{bo}/{action}")

    assert [redis.exists(f"session:{handle}") for handle in handles] == [0, 0]
    assert redis.smembers(f"sessions-of:{bo}") == set()


def test_programs_drop_them_at_once_too(world: World):
    bo = world.admin("bo@demo.example", role="support", name="Bo Ek")
    world.signed_in("bo@demo.example")
    redis: Redis[bytes] = world.stack.gateway.extensions["redis"]
    url = world.url("admin", f"/api/v1/admins/{bo}/sessions/end")

    headers = {"Authorization": f"Bearer {world.api_key()}"}
    done = world.browser().send_json("POST", url, {}, headers=headers)

    assert (done.status, redis.smembers(f"sessions-of:{bo}")) == (204, set())


def test_a_deactivated_admin_signs_in_once_he_is_active_again(world: World, browser: Browser):
    bo = world.admin("bo@demo.example", role="support", name="Bo Ek")
    door = world.url("admin", "/sign-in")

    post(world, browser, f"{LIST}/{bo}/deactivate")
    assert sign_in(world.browser(), door, "bo@demo.example").status == 401
    post(world, browser, f"{LIST}/{bo}/reactivate")
    assert sign_in(world.browser(), door, "bo@demo.example").status == 303


@pytest.mark.parametrize("action", ACTIONS)
def test_a_refusal_is_said_on_the_page(world: World, browser: Browser, action: str):
    own = invited(world, "admin@demo.example")

    answer = post(world, browser, f"{LIST}/{own}/{action}", **ACTIONS[action][0])

    if action == "end-sessions":  # one may sign oneself out
        assert answer.status == 303
    else:
        assert answer.status == 403
        assert "You cannot change your own role or standing; ask another owner." in answer.text
        assert account(world, own).epoch == 1


PAGES = [("GET", LIST), ("GET", f"{LIST}/invite"), ("POST", f"{LIST}/invite")]


@pytest.mark.parametrize("role", ["administrator", "support", "finance", "auditor"])
def test_the_pages_are_an_owners_alone(world: World, role: str):
    bo = world.admin("bo@demo.example", role="support", name="Bo Ek")
    world.admin(role=role)
    browser = world.signed_in()
    token = browser.get(world.url("admin", "/customers")).form("/sign-out")["csrf_token"]
    actions = [("POST", f"{LIST}/{bo}/{action}") for action in ACTIONS]

    statuses = {
        (browser.get(world.url("admin", path)) if method == "GET" else
         browser.post(world.url("admin", path), {"csrf_token": token, "role": "owner"})).status
        for method, path in [*PAGES, *actions]
    }  # fmt: skip

    assert statuses == {403}
    assert LIST not in browser.get(world.url("admin", "/customers")).text
    assert (account(world, bo).role, account(world, bo).epoch) == ("support", 1)


def test_the_api_does_what_the_console_does(known: World):
    known.admin()
    bo = known.admin("bo@demo.example", role="support", name="Bo Ek")
    key = {"Authorization": f"Bearer {known.api_key()}"}
    program = known.browser()
    base = known.url("admin", "/api/v1")

    def send(method: str, path: str, value: object = None) -> int:
        return program.send_json(method, base + path, value, headers=key).status

    assert (
        send("POST", "/invitations", {"email": "eva@demo.example", "name": "Eva", "role": "finance"}) == 204
    )
    found = json.loads(program.get(f"{base}/admins", headers=key).text)
    waiting = found["invitations"][0]
    assert (waiting["email"], waiting["role"]) == ("eva@demo.example", "finance")
    assert send("POST", f"/invitations/{waiting['id']}/mails") == 204
    assert send("DELETE", f"/invitations/{waiting['id']}") == 204
    assert send("DELETE", f"/invitations/{waiting['id']}") == 404
    assert send("PUT", f"/admins/{bo}/role", {"role": "finance"}) == 204
    for action in ("deactivation", "reactivation", "sessions/end"):
        assert send("POST", f"/admins/{bo}/{action}") == 204
    assert (account(known, bo).role, account(known, bo).epoch) == ("finance", 5)
    assert send("DELETE", f"/admins/{bo}") == 204
    assert account(known, bo).role is None
    assert send("DELETE", f"/admins/{found['admins'][0]['id']}") == 409


def test_the_api_asks_for_the_scope(world: World):
    bo = world.admin("bo@demo.example", role="support", name="Bo Ek")
    key = {"Authorization": f"Bearer {world.api_key('customers.view', 'audit.view')}"}

    answer = world.browser().send_json(
        "PUT", world.url("admin", f"/api/v1/admins/{bo}/role"), {"role": "owner"}, headers=key
    )

    assert answer.status == 403
    assert account(world, bo).role == "support"
