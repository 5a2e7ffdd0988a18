"""The pages that a new site begins with, in the language of its network."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StarterPage:
    """A page to begin with; ``path`` is ``""`` for the front page."""

    path: str
    title: str
    markdown: str


ENGLISH = (
    StarterPage("", "Welcome", "# {title}\n\nWelcome! This site is new, and more is on its way."),
    StarterPage("about", "About us", "# About us\n\nHere we tell who we are and what we do."),
    StarterPage("contact", "Contact", "# Contact\n\nHere we tell how to reach us, and when we are open."),
)
SWEDISH = (
    StarterPage("", "Välkommen", "# {title}\n\nVälkommen! Webbplatsen är ny och mer är på väg."),
    StarterPage("om-oss", "Om oss", "# Om oss\n\nHär berättar vi vilka vi är och vad vi gör."),
    StarterPage("kontakt", "Kontakt", "# Kontakt\n\nHär står hur du når oss och när vi har öppet."),
)
BY_LANGUAGE = {"en": ENGLISH, "sv": SWEDISH}


def starter_pages(locale: str, title: str) -> list[StarterPage]:
    """Return the first pages of a site called ``title``; English where we lack the language."""
    language = locale.replace("-", "_").partition("_")[0]
    return [
        StarterPage(page.path, page.title, page.markdown.replace("{title}", title))
        for page in BY_LANGUAGE.get(language, ENGLISH)
    ]
