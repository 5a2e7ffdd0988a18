"""An owner on his own site: his payments, paid by the gateway's page, and his ways to pay; nobody else's."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.ids import new_id
from services.billing.models import Charge, Membership, PaymentMethod
from tests.billing.card_pages import CardPages, card_pages
from tests.billing.conftest import make_membership
from tests.billing.till import Till, open_till
from tests.flows.browser import Answer, Browser
from tests.flows.scene import Scene, set_scene
from tests.flows.world import World
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]

PAYMENTS, METHODS = "/dashboard/payments", "/dashboard/payment-methods"


@pytest.fixture
def scene(world: World) -> Scene:
    return set_scene(world)


@pytest.fixture
def till(scene: Scene, sandbox: Sandbox) -> Till:
    world = scene.world
    opened = open_till(sandbox, world.stack.settings, world.databases["billing"], world.command)
    return replace(opened, customer_id=scene.owner.customer_id)


@pytest.fixture
def pages(scene: Scene, till: Till) -> CardPages:
    return card_pages(till, scene.world.stack.settings)


@pytest.fixture
def owner(scene: Scene) -> Browser:
    return scene.world.signed_in(scene.owner.email, host="bageri")


def send(
    scene: Scene, browser: Browser, path: str, *, on: str = "", more: dict[str, str] | None = None
) -> Answer:
    """Send the form that posts to ``path``, from the page ``on`` which it stands."""
    form = browser.get(scene.site_url(on or path)).form(path)
    return browser.follow(browser.post(scene.site_url(path), form | (more or {})))


def charges(till: Till) -> list[Charge]:
    with till.billing.unit_of_work(till.owner) as uow:
        return list(uow.session.scalars(select(Charge).order_by(Charge.id)))


def renewing(scene: Scene, till: Till) -> int:
    """Give the owner a membership that renews by itself; return its number."""
    with till.billing.unit_of_work(till.owner) as uow:
        made = make_membership(uow, scene.owner.customer_id)
        membership = uow.get(Membership, made.id)
        membership.status, membership.auto_renew = "active", True
        return membership.number


def test_an_open_payment_is_paid_on_the_gateways_page(scene: Scene, till: Till, owner: Browser):
    payment_id = till.payment()
    path = f"{PAYMENTS}/{payment_id}"

    listed = owner.get(scene.site_url(PAYMENTS))
    waiting = send(scene, owner, path)
    (charge,) = charges(till)
    till.work(charge.id)
    going = owner.get(scene.site_url(f"{path}/wait"))
    _status, leads_to = till.sandbox.pay(till.read(charge.id).page)
    back = owner.get(leads_to)
    till.work(charge.id)
    paid = owner.get(leads_to)

    assert f'href="{path}"' in listed.text
    assert waiting.headers["Refresh"] == "1"
    assert going.headers["Refresh"].startswith(f"0; url={till.sandbox.url}")
    assert leads_to == scene.site_url(f"{path}/back")
    assert back.headers["Refresh"] == f"3; url={path}/back"
    assert "This is paid. Thank you." in paid.text
    assert till.read_payment(payment_id).status == "completed"
    assert [line["amount"] for line in till.sandbox.ledger("charge")] == [19900]


def test_a_double_click_makes_one_page(scene: Scene, till: Till, owner: Browser):
    path = f"{PAYMENTS}/{till.payment()}"
    form = owner.get(scene.site_url(path)).form(path)

    answers = [owner.post(scene.site_url(path), form) for _click in range(2)]

    assert [answer.status for answer in answers] == [303, 303]
    assert len(charges(till)) == 1


def test_a_declined_payment_says_why_and_can_be_paid_again(scene: Scene, till: Till, owner: Browser):
    till.saved_card("4000000000000341")
    till.work(till.charge(payment_id := till.payment()))

    shown = owner.get(scene.site_url(f"{PAYMENTS}/{payment_id}"))

    assert "The last attempt did not succeed: Your card was declined." in shown.text
    assert shown.form(f"{PAYMENTS}/{payment_id}")["key"]


def test_with_the_provider_away_the_page_waits_and_goes_on_later(scene: Scene, till: Till, owner: Browser):
    path = f"{PAYMENTS}/{till.payment()}"
    till.sandbox.fault("429", endpoint="checkout/sessions", times=1)

    send(scene, owner, path)
    (charge,) = charges(till)
    till.work(charge.id)
    away = owner.get(scene.site_url(f"{path}/wait"))

    assert (away.status, till.read(charge.id).status) == (200, "unknown")


def test_a_card_is_saved_without_paying(scene: Scene, pages: CardPages, owner: Browser):
    waiting = send(scene, owner, METHODS)
    (setup,) = pages.every()
    pages.work(setup.id)
    going = owner.get(scene.site_url(f"{METHODS}/wait"))
    _status, leads_to = pages.till.sandbox.pay(pages.read(setup.id).page)
    back = owner.get(leads_to)
    pages.work(setup.id)
    saved = owner.follow(owner.get(leads_to))

    assert waiting.headers["Refresh"] == "1"
    assert going.headers["Refresh"].startswith(f"0; url={pages.till.sandbox.url}")
    assert leads_to == scene.site_url(f"{METHODS}/back")
    assert back.headers["Refresh"] == f"3; url={METHODS}/back"
    assert "Visa •••• 4242" in saved.text
    assert len(pages.kept()) == 1
    assert pages.till.sandbox.ledger() == []


def test_another_card_is_charged_first(scene: Scene, till: Till, pages: CardPages, owner: Browser):
    older = till.saved_card()
    till.saved_card("5555555555554444")

    send(scene, owner, f"{METHODS}/{older}/default", on=METHODS)

    assert pages.kept()[0].id == older


def test_a_card_is_taken_away_once_it_is_confirmed(
    scene: Scene, till: Till, pages: CardPages, owner: Browser
):
    path = f"{METHODS}/{till.saved_card()}/remove"

    asked = owner.get(scene.site_url(path))
    before = len(pages.kept())
    done = send(scene, owner, path)

    assert "Take Visa •••• 4242 away?" in asked.text
    assert "It is the last one." not in asked.text
    assert (before, pages.kept()) == (1, [])
    assert "This way to pay is charged no more." in done.text


def test_the_last_card_of_what_renews_by_itself_warns(scene: Scene, till: Till, owner: Browser):
    number = renewing(scene, till)
    first, last = till.saved_card(), till.saved_card("5555555555554444")

    of_two = owner.get(scene.site_url(f"{METHODS}/{first}/remove"))
    send(scene, owner, f"{METHODS}/{first}/remove")
    of_one = owner.get(scene.site_url(f"{METHODS}/{last}/remove"))

    assert "It is the last one." not in of_two.text
    assert "It is the last one." in of_one.text
    assert f"(#{number})" in of_one.text


def test_a_card_that_cannot_be_saved_says_why(scene: Scene, till: Till, owner: Browser):
    form = owner.get(scene.site_url(METHODS)).form(METHODS)

    with till.switched_off():
        shown = owner.get(scene.site_url(METHODS))
        refused = owner.post(scene.site_url(METHODS), form)

    assert 'action="/dashboard/payment-methods"' not in shown.text
    assert (refused.status, "No payment gateway is set up" in refused.text) == (409, True)


OTHERS: list[Callable[[UUID, UUID], tuple[str, str]]] = [
    lambda payment, _method: ("GET", f"{PAYMENTS}/{payment}"),
    lambda payment, _method: ("GET", f"{PAYMENTS}/{payment}/wait"),
    lambda payment, _method: ("POST", f"{PAYMENTS}/{payment}"),
    lambda _payment, method: ("POST", f"{METHODS}/{method}/default"),
    lambda _payment, method: ("GET", f"{METHODS}/{method}/remove"),
    lambda _payment, method: ("POST", f"{METHODS}/{method}/remove"),
]


@pytest.mark.parametrize("place", OTHERS, ids=range(len(OTHERS)))
def test_what_is_anothers_is_as_if_it_were_not_there(scene: Scene, till: Till, owner: Browser, place):
    other = replace(till, customer_id=scene.world.customer("anna@example.com", "Anna").customer_id)
    method, path = place(other.payment(), card := other.saved_card())
    _method, nowhere = place(new_id(), new_id())
    form = {"csrf_token": owner.get(scene.site_url(METHODS)).form(METHODS)["csrf_token"], "key": "k"}

    def answers(where: str) -> int:
        url = scene.site_url(where)
        return (owner.get(url) if method == "GET" else owner.post(url, form)).status

    assert (answers(path), answers(nowhere)) == (404, 404)
    assert charges(till) == []
    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.get(PaymentMethod, card).removed_at is None


def test_the_list_shows_nobody_elses(scene: Scene, till: Till, owner: Browser):
    other = replace(till, customer_id=scene.world.customer("anna@example.com", "Anna").customer_id)
    theirs, mine = other.payment(), till.payment()

    shown = owner.get(scene.site_url(PAYMENTS)).text

    assert f"{PAYMENTS}/{mine}" in shown
    assert f"{PAYMENTS}/{theirs}" not in shown


def test_an_admin_in_his_place_sees_what_is_to_be_paid_and_does_nothing_about_it(scene: Scene, till: Till):
    payment_id, card = till.payment(), till.saved_card()
    scene.switch()
    visitor = scene.browser

    seen = visitor.get(scene.site_url(f"{PAYMENTS}/{payment_id}"))
    token = visitor.get(scene.site_url("/dashboard")).form("/appearance")["csrf_token"]
    refused = [
        visitor.get(scene.site_url(METHODS)),
        visitor.get(scene.site_url(f"{METHODS}/{card}/remove")),
        *(
            visitor.post(scene.site_url(path), {"csrf_token": token, "key": "k"})
            for path in (
                f"{PAYMENTS}/{payment_id}",
                METHODS,
                f"{METHODS}/{card}/default",
                f"{METHODS}/{card}/remove",
            )
        ),
    ]

    assert (seen.status, "Only the owner pays" in seen.text) == (200, True)
    assert [answer.status for answer in refused] == [403] * 6
    assert charges(till) == []
    with till.billing.unit_of_work(till.owner) as uow:
        assert uow.get(PaymentMethod, card).removed_at is None


def test_the_dashboard_leads_there(scene: Scene, till: Till, owner: Browser):
    shown = owner.get(scene.site_url("/dashboard")).text

    assert f'href="{PAYMENTS}"' in shown
    assert f'href="{METHODS}"' in shown
