"""Lead somebody to a page of the payment gateway's: a page of ours waits until it is made, and leads on.

By the header ``Refresh``, for browsers hold a redirect after a form to our own hosts (ADR 28).
"""

from flask import Response, make_response, render_template
from flask_babel import get_locale

from kernel.contracts.payments import PayPageOrder

BEING_MADE = frozenset({"requested", "submitting"})
UNDECIDED = frozenset({"requested", "submitting", "pending", "unknown"})
"""Of an attempt: what becomes of it without the customer."""


def order_of_page(return_to: str) -> PayPageOrder:
    """Return the order of a page in the reader's language, from which he comes back to ``return_to``."""
    return PayPageOrder(return_to=return_to, language=str(get_locale() or "en"))


def refreshed(template: str, *, status: int = 200, refresh: str = "", **shown: object) -> Response:
    """Return a page; ``refresh`` is when it leads where by itself, as the header says it."""
    answer = make_response(render_template(template, **shown), status)
    if refresh:
        answer.headers["Refresh"] = refresh
    return answer


def at_once(url: str) -> str:
    """Return the ``refresh`` that leads to an address without a wait."""
    return f"0; url={url}"
