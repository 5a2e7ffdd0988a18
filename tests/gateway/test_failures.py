"""A service or Redis that is down costs what needs it, and never shows a stack trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import Mock

import pytest
from pydantic import SecretStr

from kernel.errors import Forbidden, NotFound, TooMany, Unavailable
from tests.flows.scene import Scene, set_scene
from tests.flows.stack import Stack, free_port
from tests.flows.world import World, make_world


@pytest.fixture
def own_stack(settings) -> Iterator[Stack]:
    """A stack whose services this test may stop."""
    started = Stack(settings)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def scene(own_stack: Stack, databases) -> Scene:
    return set_scene(make_world(own_stack, databases))


@contextmanager
def stopped(scene: Scene, service: str) -> Iterator[None]:
    scene.world.stack.served[service].stop()
    yield
    scene.world.stack.served[service].start()


def test_with_billing_down_the_customer_page_still_comes(scene: Scene):
    with stopped(scene, "billing"):
        page = scene.browser.get(scene.url(f"/customers/{scene.owner.customer_id}"))

    assert page.status == 200
    assert "Olle Ägare" in page.text


def test_with_customers_down_a_page_says_so(scene: Scene):
    with stopped(scene, "customers"):
        page = scene.browser.get(scene.url(f"/customers/{scene.owner.customer_id}"))

    assert page.status == 503
    assert int(page.headers["Retry-After"]) >= 1
    assert "The customers service does not answer." in page.text
    assert page.headers["X-Request-Id"] in page.text


def test_with_sites_down_known_hosts_stay_known(scene: Scene):
    with stopped(scene, "sites"):
        page = scene.browser.get(scene.url(f"/customers/{scene.owner.customer_id}"))
        unknown = scene.browser.get(scene.world.url("never-asked-before"))
        health = scene.browser.get(f"http://127.0.0.1:{scene.world.stack.port}/healthz")

    assert (page.status, unknown.status, health.status) == (200, 503, 200)


def test_signing_out_works_whatever_is_down(scene: Scene):
    form = scene.browser.get(scene.url("/customers")).form("/sign-out")

    with stopped(scene, "customers"), stopped(scene, "sites"):
        answer = scene.browser.post(scene.url("/sign-out"), form)

    assert answer.status == 303
    assert scene.browser.get(scene.url("/customers")).status == 303


def test_a_visit_that_cannot_be_checked_shows_nothing(scene: Scene):
    dashboard = scene.switch()

    with stopped(scene, "customers"):
        unchecked = scene.browser.get(dashboard.url)

    assert unchecked.status == 503
    assert scene.site_url("/dashboard") == dashboard.url


def test_without_redis_pages_and_api_say_so(settings, databases):
    stack = Stack(settings, redis_url=SecretStr(f"redis://127.0.0.1:{free_port()}/0"))
    stack.start()
    try:
        world = make_world(stack, databases)
        browser = world.browser()
        browser.cookies[f"admin.{world.domain}"] = {"atoll-admin": "x" * 43}
        page = browser.get(world.url("admin", "/customers"))
        call = browser.get(
            world.url("admin", "/api/v1/customers"), headers={"Authorization": "Bearer atoll_x"}
        )
        sign_in = world.browser().get(world.url("admin", "/sign-in"))
    finally:
        stack.stop()

    assert [answer.status for answer in (page, call, sign_in)] == [503, 503, 503]
    assert page.headers["Retry-After"] == call.headers["Retry-After"] == "5"
    assert "Signing in is not possible right now." in page.text
    assert call.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/customers/not-an-id", 404), ("/sign-out", 405)]
)
def test_errors_are_pages_in_the_readers_language(world: World, path: str, status: int):
    world.admin()

    page = world.signed_in().get(world.url("admin", path))

    assert page.status == status
    assert page.headers["X-Request-Id"] in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize(
    ("failure", "status", "title", "retry_after"),
    [
        (Forbidden(), 403, "Inte tillåtet", None),
        (NotFound(), 404, "Hittades inte", None),
        (TooMany(retry_after=7), 429, "För många försök", "7"),
        (RuntimeError("inside"), 500, "Något gick fel", None),
        (Unavailable(), 503, "Inte tillgängligt", "5"),
    ],
    ids=["403", "404", "429", "500", "503"],
)
def test_every_failure_has_a_page_in_swedish_that_nobody_keeps(
    *, world: World, monkeypatch, failure: Exception, status: int, title: str, retry_after: str | None
):
    world.admin()
    browser = world.signed_in()
    monkeypatch.setattr("gateway.views.search.everywhere", Mock(side_effect=failure))

    page = browser.get(world.url("admin", "/search?q=a"), headers={"Accept-Language": "sv"})

    assert (page.status, page.headers.get("Retry-After")) == (status, retry_after)
    assert f"<h1>{title}</h1>" in page.text
    assert ('<a class="btn btn-primary"' in page.text) is (status in {429, 500, 503})
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["admin", "bageri"])
def test_an_error_page_gives_strangers_a_language_and_no_session(scene: Scene, host: str):
    redis = scene.world.stack.gateway.extensions["redis"]
    before = set(redis.keys("session:*"))
    stranger = scene.world.browser()

    lost = stranger.get(scene.world.url(host, "/no/such/page"))
    chosen = stranger.post(
        scene.world.url(host, "/appearance"), lost.form("/appearance") | {"language": "sv"}
    )

    assert (lost.status, chosen.status, chosen.location) == (404, 303, lost.url)
    assert "Set-Cookie" not in lost.headers
    assert stranger.cookies[f"{host}.{scene.world.domain}"] == {"language": "sv"}
    assert set(redis.keys("session:*")) <= before
    assert 'lang="sv"' in stranger.get(lost.url).text


def test_the_way_to_try_again_leads_to_no_other_host(scene: Scene):
    with stopped(scene, "sites"):
        page = scene.world.browser().get(scene.site_url("//evil.example/x"))

    assert page.status == 503
    assert "Try again" in page.text
    assert 'href="//evil.example' not in page.text


def test_what_nobody_foresaw_tells_the_outside_nothing_but_its_number(scene: Scene, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("gateway.site_hosts.public.html_of", fail)

    page = scene.world.browser().get(scene.site_url("/"))

    assert page.status == 500
    assert "a secret of the inside" not in page.text
    assert page.headers["X-Request-Id"] in page.text
