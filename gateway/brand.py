"""The network's own colour on pages that its customers come to: a style sheet, for nothing is inline."""

from flask import Blueprint, Response

from gateway.auth import open_to_all
from gateway.hosts import current_host

blueprint = Blueprint("brand", __name__)

DARK, LIGHT = "#10181d", "#ffffff"


@blueprint.get("/brand/<colour>.css")
@open_to_all
def sheet(colour: str) -> Response:
    """The network's colour, and words on it that can be read; the address changes with the colour."""
    own = current_host().network.colour
    css = f":root {{ --brand: {own}; --brand-ink: {ink_on(own)}; }}\n"
    answer = Response(css, content_type="text/css; charset=utf-8")
    # An address that names another colour than the network's is answered, and not kept.
    is_current = colour == own.removeprefix("#")
    answer.headers["Cache-Control"] = "public, max-age=86400" if is_current else "no-store"
    return answer


def ink_on(colour: str) -> str:
    """Return dark or light, whichever stands out more from ``#rrggbb`` (WCAG 2.2, contrast ratio)."""
    background = _luminance(colour)
    dark = (background + 0.05) / (_luminance(DARK) + 0.05)
    light = 1.05 / (background + 0.05)
    return DARK if dark > light else LIGHT


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
