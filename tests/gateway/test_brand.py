"""The network's own colour, and words on it that can be read."""

import pytest

from gateway.brand import ink_on
from tests.flows.world import World


@pytest.mark.parametrize(
    ("colour", "ink"),
    [("#066fd1", "#ffffff"), ("#000000", "#ffffff"), ("#ffffff", "#10181d"), ("#ffe14d", "#10181d")],
)
def test_words_stand_out_from_the_colour(colour: str, ink: str):
    assert ink_on(colour) == ink


def test_only_the_networks_own_colour_is_kept_by_browsers(world: World):
    own = world.browser().get(world.url("admin", "/brand/066fd1.css"))
    other = world.browser().get(world.url("admin", "/brand/ff0000.css"))

    assert own.text == other.text
    assert own.headers["Cache-Control"] == "public, max-age=86400"
    assert other.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in own.headers
