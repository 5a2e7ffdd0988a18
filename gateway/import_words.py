"""Imports, in the reader's language."""

from gateway.translation import gettext
from kernel.errors import N_

PHASES = {
    "receiving": N_("Being received"),
    "choosing": N_("Choose the columns"),
    "checking": N_("Being checked"),
    "ready": N_("Ready to import"),
    "importing": N_("Importing"),
    "done": N_("Imported"),
    "stopped": N_("Stopped"),
}
COLOURS = {
    "receiving": "yellow",
    "choosing": "yellow",
    "checking": "azure",
    "ready": "azure",
    "importing": "azure",
    "done": "green",
    "stopped": "orange",
}
OUTCOMES = {
    "new": N_("New"),
    "changed": N_("Changes"),
    "unchanged": N_("Stays as it is"),
    "refused": N_("Refused"),
}
OUTCOME_COLOURS = {"new": "green", "changed": "azure", "unchanged": "secondary", "refused": "red"}


def phase(name: str) -> str:
    """Return where an import is."""
    return gettext(PHASES[name])


def outcome(name: str) -> str:
    """Return what becomes of a row."""
    return gettext(OUTCOMES[name])
