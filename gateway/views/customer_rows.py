"""A customer of the list, drawn: kept until something that is shown of him is another."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from flask import current_app
from flask_login import current_user
from markupsafe import Markup

from gateway.custom_fields import Shown, list_of
from gateway.formats import Formats, formats
from gateway.views.list_place import query_of
from kernel.contracts.custom_fields import CustomField
from kernel.contracts.customers import CustomerRow

TEMPLATES = {"cards": "customers/card.html", "table": "customers/row.html"}
KEPT = 1024  # of about two kilobytes each
PLACE = "\0"
"""Stands in a kept piece for the place in the list, which is not the same each time; no name can hold it."""


class Said(NamedTuple):
    """What of a customer is said already: it may change while he does not."""

    signed_in: str
    custom: tuple[Shown, ...]


def drawn(found: list[CustomerRow], layout: str, place: str, fields: Sequence[CustomField]) -> list[Markup]:
    """Return each customer as a card, or as a row of the table; its links know the place in the list."""
    say, may_switch = formats(), "customers.switch" in current_user.permissions
    template = TEMPLATES.get(layout, TEMPLATES["cards"])
    pieces = (
        _drawn(template, one, say, Said(_ago(say, one), list_of(fields, one.custom)), may_switch)
        for one in found
    )
    along = query_of(place)
    return [piece.replace(PLACE, along) for piece in pieces]


def _ago(say: Formats, one: CustomerRow) -> str:
    """Return the one thing that becomes another by itself, as time passes."""
    return say.ago(one.last_sign_in_at) if one.last_sign_in_at else ""


@lru_cache(maxsize=KEPT)
def _drawn(template: str, customer: CustomerRow, say: Formats, said: Said, may_switch: bool) -> Markup:
    """The formats stand for the language: there is one for each, and time zone."""
    piece = current_app.jinja_env.get_template(template)
    shown = {"c": customer, "say": say, "may_switch": may_switch, "place": PLACE, **said._asdict()}
    return Markup(piece.render(shown))  # noqa: S704 - a template's own, autoescaped
