"""Which host is asked, and whom we believe about it."""

import pytest
from pydantic import SecretStr

from gateway.hosts import name_of
from tests.flows.stack import Stack
from tests.flows.world import World, make_world


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("admin.localhost:8000", "admin.localhost"),
        ("ADMIN.Localhost.", "admin.localhost"),
        ("127.0.0.1:8000", ""),
        ("[::1]:8000", ""),
        ("a/b", ""),
        ("-a.localhost", ""),
        ("", ""),
    ],
)
def test_the_name_in_a_host_header(header: str, name: str):
    assert name_of(header) == name


@pytest.mark.parametrize("host", ["nothing", "admin.evil"])
def test_an_unknown_host_says_what_to_do(world: World, host: str):
    answer = world.browser().get(world.url(host, "/customers"))

    assert answer.status == 404
    assert f"No site answers on {host}.{world.domain}." in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_console_is_on_the_admin_host_only(world: World):
    world.admin()
    owner = world.customer()
    world.site(owner)

    assert world.signed_in(owner.email, host="bageri").get(world.url("bageri", "/customers")).status == 404
    assert world.signed_in().get(world.url("admin", "/dashboard")).status == 404


def test_a_forwarded_host_is_not_believed_without_a_proxy(world: World):
    forwarded = {"X-Forwarded-Host": f"admin.{world.domain}", "X-Forwarded-Proto": "https"}

    assert world.browser().get("http://127.0.0.1/sign-in", headers=forwarded).status == 404


def test_a_forwarded_host_is_believed_behind_as_many_proxies_as_are_named(settings, databases):
    stack = Stack(settings, trusted_proxies=1)
    stack.start()
    try:
        world = make_world(stack, databases)
        forwarded = {"X-Forwarded-Host": f"admin.{world.domain}"}
        assert world.browser().get("http://127.0.0.1/sign-in", headers=forwarded).status == 200
    finally:
        stack.stop()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_is_asked_by_address(stack: Stack, world: World, path: str):
    assert world.browser().get(f"http://127.0.0.1:{stack.port}{path}").status == 200


def test_figures_are_for_this_machine_or_who_has_the_token(settings, databases):
    stack = Stack(settings, trusted_proxies=1, metrics_token=SecretStr("figures"))
    far, address = {"X-Forwarded-For": "192.0.2.7"}, f"http://127.0.0.1:{stack.port}/metrics"
    stack.start()
    try:
        browser = make_world(stack, databases).browser()
        assert browser.get(address, headers=far).status == 403
        assert browser.get(address, headers=far | {"Authorization": "Bearer figures"}).status == 200
    finally:
        stack.stop()
