"""Debian's Chromium against the whole of Atoll; without Chromium these tests are skipped and say so."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.console.people import village
from tests.flows.fixtures import stack, world
from tests.flows.world import PASSWORD, Owner, World

__all__ = ["stack", "world"]

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 10_000  # milliseconds

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark this folder's tests, and keep them in one process: one Chromium is enough for two cores."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = which("chromium")
    if executable is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(chromium: Browser, world: World) -> Iterator[Open]:
    """Open windows of any size, colours and language; what goes wrong in a script fails the test."""
    with ExitStack() as closing:

        def opened(*, width: int = 1280, height: int = 900, **more: object) -> Page:
            chosen = {"locale": "en-GB", "viewport": {"width": width, "height": height}} | more
            context: BrowserContext = chromium.new_context(**chosen)  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE)
            closing.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda line: wrong.append(line.text) if is_breach(line.text) else None)
            return page

        wrong: list[str] = []
        yield opened
        assert wrong == []


@pytest.fixture
def owners(world: World) -> list[Owner]:
    """A network with nine customers and its owner, who signs in as ``admin@demo.example``."""
    world.admin()
    return village(world)


def is_breach(line: str) -> bool:
    """Whether the browser's console tells of something our own Content-Security-Policy stopped."""
    return "Content Security Policy" in line or "Content-Security-Policy" in line


def enter(world: World, page: Page, path: str = "/customers") -> None:
    """Sign in on the admin host by hand and go to a page."""
    page.goto(world.url("admin", "/sign-in"))
    page.locator("#login").fill("admin@demo.example")
    page.locator("#password").fill(PASSWORD)
    page.locator(".door-card button").click()
    page.wait_for_url("**/customers**")
    if path != "/customers":
        page.goto(world.url("admin", path))
