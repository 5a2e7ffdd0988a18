"""What stands between an empty folder and a running Atoll: databases and the demo; run before each start.

A process of its own, so that what it imports does not stay in the supervisor's memory.
"""

import sys
from functools import partial

from command.keys import kept
from kernel import migrations
from kernel.config import Settings


def main() -> None:
    settings = Settings()
    migrations.migrate(settings)
    if "--demo" in sys.argv[1:]:
        # Written once it is whole: a start that broke off makes the rest the next time.
        kept(settings.var / "demo-site", partial(demo_site, settings))


def demo_site(settings: Settings) -> str:
    """Make the demo network and return the host of a site in it."""
    from command.demo import make_demo

    return make_demo(settings).site_host


if __name__ == "__main__":
    main()
