"""HTML that somebody else's words stand in, shown in a frame where it can do nothing."""

from flask import Response, g

from gateway.translation import gettext as _
from kernel.contracts.mails import LINK

POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""No script, no form, no address of ours that its cookies would go to, nothing fetched from elsewhere."""


def fenced(html: str) -> Response:
    """Return the HTML of a message for a frame: it may look as it likes, and nothing else."""
    shown = without_link(html.replace(f' href="{LINK}"', ""))
    answer = Response(shown, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def without_link(words: str) -> str:
    """Return a message with words where its link is put when it is sent."""
    return words.replace(LINK, _("(here stands the link, which is made when the message is sent)"))


def shows_frames() -> None:
    """Let the page that is being answered hold frames from this host."""
    g.shows_frames = True
