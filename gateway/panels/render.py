"""Ask for all boxes of a page side by side, and let none cost more than itself."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from time import monotonic
from typing import Any, cast

from flask import Flask, current_app
from flask_login import current_user
from markupsafe import Markup

from gateway.panels.request import PanelRequest
from kernel.contracts.plugins import Panel
from kernel.errors import N_, Failure, NotFound, Unavailable
from kernel.plugins import load

PATIENCE = 1.2  # seconds that a page waits for its boxes
THREADS = 32  # a page that no longer waits leaves two or three behind until their deadline

Loading = Future[Mapping[str, Any]]


@dataclass(frozen=True)
class Box:
    """A panel as it came out: what it shows, or why it cannot."""

    panel: Panel
    address: str
    html: Markup
    failure: Failure | None = None


class Panels:
    """The panels of every page, in their order, and the threads that load them."""

    def __init__(self, panels: Mapping[str, Panel]) -> None:
        self._panels = sorted(panels.values(), key=lambda panel: (panel.order, panel.name))
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="panel")

    def begin(self, asked: PanelRequest) -> "Boxes":
        """Start loading every box of the page that the admin may see."""
        mine = [panel for panel in self._panels if panel.page == asked.page and _may_see(panel)]
        return Boxes(asked.address, {panel: self._load(panel, asked) for panel in mine})

    def one(self, name: str, asked: PanelRequest) -> Box:
        """Load one box, waiting as long as its service may take. Raises NotFound."""
        for panel in self._panels:
            if (panel.page, panel.name) == (asked.page, name) and _may_see(panel):
                return _box(panel, asked.address, self._load(panel, asked), None, _around())
        raise NotFound(N_("There is no such box on this page."))

    def _load(self, panel: Panel, asked: PanelRequest) -> Loading:
        return self._threads.submit(copy_context().run, panel.load, asked)


class Boxes:
    """Boxes on their way."""

    def __init__(self, address: str, loading: Mapping[Panel, Loading]) -> None:
        self._address = address
        self._loading = loading
        self._until = monotonic() + PATIENCE

    def ready(self) -> list[Box]:
        """Return every box once all have come or the page's patience is over."""
        around = _around()
        return [
            _box(panel, self._address, loading, max(self._until - monotonic(), 0), around)
            for panel, loading in self._loading.items()
        ]


def install_panels(app: Flask) -> None:
    """Load the panels that are installed; a name taken twice stops the process here."""
    app.extensions["atoll.panels"] = Panels(load("atoll.panels", Panel))


def panels() -> Panels:
    return cast(Panels, current_app.extensions["atoll.panels"])


def _may_see(panel: Panel) -> bool:
    return not panel.permission or panel.permission in current_user.permissions


def _around() -> dict[str, Any]:
    """Return what every template is given; asked for once, not once for each box."""
    context: dict[str, Any] = {}
    current_app.update_template_context(context)
    return context


def _box(
    panel: Panel, address: str, loading: Loading, patience: float | None, around: Mapping[str, Any]
) -> Box:
    try:
        shown = loading.result(patience)
        template = current_app.jinja_env.get_template(panel.template)
        html = template.render({**around, "panel": panel, "address": address, **shown})
    except TimeoutError:
        return Box(panel, address, Markup(), Unavailable(N_("This took too long.")))
    except Failure as failure:
        return Box(panel, address, Markup(), failure)
    except Exception:  # the border to plugins: whatever one does costs its own box
        current_app.logger.exception("panel failed", extra={"panel": panel.name})
        return Box(panel, address, Markup(), Failure(N_("This box could not be shown.")))
    return Box(panel, address, Markup(html))  # noqa: S704 - a template's own, autoescaped
