"""The three doors: plugins are found by entry points, loaded once at start, and checked there."""

from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

GATEWAYS = "atoll.payment_gateways"
LISTENERS = "atoll.listeners"
PANELS = "atoll.panels"

P = TypeVar("P")


class PluginRefused(RuntimeError):
    """A plugin cannot be used; the process must not start without somebody knowing."""


def load(group: str, kind: type[P]) -> dict[str, P]:
    """Return the plugins of a door by name, in the order of their names.

    ``kind`` is the class, or the Protocol, that each must be. Raises PluginRefused with what to do.
    """
    return check(group, kind, entry_points(group=group))


def load_classes(group: str, kind: type[P]) -> dict[str, type[P]]:
    """Return the plugins of a door whose entry points are classes. Raises PluginRefused."""
    found: dict[str, Any] = load(group, kind)
    for name, plugin in found.items():
        if not isinstance(plugin, type):
            raise PluginRefused(
                f"The plugin {name!r} in {group} is no class: it is made anew with each network's settings. "
                "Name the class in its entry point; see docs/plugins.md."
            )
    return found


def check(group: str, kind: type[P], found: Any) -> dict[str, P]:
    """Load these entry points; the first that is of the wrong kind or takes a taken name stops it."""
    loaded: dict[str, P] = {}
    for point in sorted(set(found), key=lambda one: (one.name, one.value)):
        if point.name in loaded:
            raise PluginRefused(
                f"Two plugins call themselves {point.name!r} in {group}; the second is {point.value}. "
                "Uninstall one of them, or rename its entry point."
            )
        loaded[point.name] = _load_one(group, kind, point)
    return loaded


def _load_one(group: str, kind: type[P], point: EntryPoint) -> P:
    try:
        plugin = point.load()
    except Exception as reason:
        raise PluginRefused(
            f"The plugin {point.name!r} in {group} cannot be loaded from {point.value}: {reason}. "
            "Mend it, or uninstall the package that brings it."
        ) from reason
    lacking = _lacks(kind, plugin)
    if lacking:
        raise PluginRefused(
            f"The plugin {point.name!r} ({point.value}) is no {kind.__name__}: {lacking}. "
            f"See docs/plugins.md for what {group} expects."
        )
    loaded: P = plugin
    return loaded


def _lacks(kind: type, plugin: object) -> str:
    """Return what keeps the plugin from being a ``kind``; empty when nothing does."""
    if not getattr(kind, "_is_protocol", False):
        return "" if isinstance(plugin, kind) else f"it is a {type(plugin).__name__}"
    wanted = {name for name in (*kind.__annotations__, *vars(kind)) if not name.startswith("_")}
    missing = sorted(name for name in wanted if not hasattr(plugin, name))
    return f"it has no {', '.join(missing)}" if missing else ""
