"""The listeners of this installation: ours and those of plugins, found by their entry points."""

from kernel.events import Listener
from kernel.plugins import LISTENERS, PluginRefused, load


def load_listeners() -> dict[str, Listener]:
    """Return the listeners by name. Raises PluginRefused."""
    found = load(LISTENERS, Listener)
    for name, listener in found.items():
        # The cursor goes by the listener's own name; a second one would move it for the first.
        if listener.name != name:
            raise PluginRefused(
                f"The listener {listener.name!r} is registered as {name!r} in {LISTENERS}. "
                "Give its entry point the listener's own name."
            )
    return found
