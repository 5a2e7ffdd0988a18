"""What the page asks before many customers are deleted: what becomes of their things, and the count."""

from flask import request

from gateway.translation import gettext as _
from gateway.views.deletion_form import CHOOSE_HEIR, CHOOSE_WAY, Typed
from kernel.contracts.bulk import Selection
from kernel.contracts.customers import CustomerRow


def sent() -> Typed:
    """Return what was typed; the words of the search have another name, since ``q`` is the list's filter."""
    form = request.form
    return Typed(form.get("way", ""), "", form.get("heir_q", "").strip(), form.get("heir_id", ""))


def is_search() -> bool:
    """Whether only who can take over was looked for."""
    return request.form.get("do") == "find"


def heirs(typed: Typed, chosen: Selection) -> list[CustomerRow]:
    """Return whom the words find; nobody takes over who is deleted himself."""
    return [one for one in typed.heirs(None) if one.id not in chosen.ids]


def wrong() -> dict[str, str]:
    """Return what is missing before anybody is deleted, by the field."""
    typed, wrong = sent(), {}
    if request.form.get("typed", "").strip() != request.form["count"]:
        wrong["typed"] = _("Type the number %(number)s.", number=request.form["count"])
    if typed.way not in {"everything", "hand_over"}:
        wrong["way"] = _(CHOOSE_WAY)
    if typed.way == "hand_over" and typed.heir is None:
        wrong["heir_id"] = _(CHOOSE_HEIR)
    return wrong
