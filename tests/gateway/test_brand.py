"""The network's own colour, and words on it that can be read."""

import pytest

from gateway.brand import ink_on


@pytest.mark.parametrize(
    ("colour", "ink"),
    [("#066fd1", "#ffffff"), ("#000000", "#ffffff"), ("#ffffff", "#10181d"), ("#ffe14d", "#10181d")],
)
def test_words_stand_out_from_the_colour(colour: str, ink: str):
    assert ink_on(colour) == ink
