"""The console over the real services, and how its calls to them are watched and spoilt."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

from tests.flows.browser import Browser
from tests.flows.fixtures import stack, world
from tests.flows.world import World

__all__ = ["stack", "world"]

Wsgi = Callable[..., Any]


@pytest.fixture
def browser(world: World) -> Browser:
    """An owner of the network, signed in on the admin host."""
    world.admin()
    return world.signed_in()


@pytest.fixture
def calls(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every call to a service from now on: its name and the path."""
    heard: list[tuple[str, str]] = []

    def listening(name: str, inner: Wsgi) -> Wsgi:
        def heard_by(environ: dict[str, Any], start: Any) -> Any:
            heard.append((name, environ["PATH_INFO"]))
            return inner(environ, start)

        return heard_by

    for name in ("customers", "billing", "sites"):
        app = world.stack.served[name].app
        monkeypatch.setattr(app, "wsgi_app", listening(name, app.wsgi_app))
    return heard


@pytest.fixture
def spoil(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Wsgi], None]:
    """Put something else in the place of a service."""

    def replace(name: str, wsgi: Wsgi) -> None:
        monkeypatch.setattr(world.stack.served[name].app, "wsgi_app", wsgi)

    return replace


@pytest.fixture
def stuck() -> Iterator[Wsgi]:
    """A service that answers nobody until the test is over."""
    over = Event()

    def wsgi(_environ: dict[str, Any], start: Any) -> list[bytes]:
        over.wait(10)
        start("503 Service Unavailable", [])
        return []

    yield wsgi
    over.set()
