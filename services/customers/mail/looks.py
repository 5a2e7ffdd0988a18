"""How mail looks in a network's colour, readable whatever the colour is."""

WHITE, BLACK = "#ffffff", "#000000"
READABLE = 4.5
"""The contrast that text needs (WCAG 2.2, 1.4.3)."""


def ink_on(colour: str) -> str:
    """Return white, or black where white could not be read, for words on ``colour`` (``#rrggbb``)."""
    return WHITE if contrast(WHITE, colour) >= READABLE else BLACK


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
