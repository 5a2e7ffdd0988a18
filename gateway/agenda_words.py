"""What is done about a membership when its time has come, in the reader's language."""

from gateway.translation import gettext as _
from kernel.contracts.agenda import ComingStep
from kernel.errors import N_

ACTS = {
    "cancel": N_("It ends, as it was cancelled"),
    "change": N_("It is changed, as it was scheduled"),
    "end_trial": N_("The trial ends, and the membership begins at no cost"),
    "go_on": N_("It goes on at no cost"),
    "bill": N_("The next payment is asked for"),
    "charge": N_("The saved way to pay is charged"),
    "remind": N_("The customer is reminded"),
    "hold": N_("It is put on hold"),
    "expire": N_("It expires"),
    "abandon": N_("What is unpaid is asked for no more"),
}
LOOKS = {
    "cancel": "circle-x",
    "change": "edit",
    "end_trial": "player-play",
    "go_on": "refresh",
    "bill": "receipt",
    "charge": "credit-card",
    "remind": "mail-forward",
    "hold": "player-pause",
    "expire": "calendar-off",
    "abandon": "receipt-off",
}


def step(coming: ComingStep) -> tuple[str, str]:
    """Return what is done, and its icon."""
    said = _(ACTS[coming.act])
    if coming.number:
        said = _("%(what)s (%(number)s of %(tries)s)", what=said, number=coming.number, tries=coming.tries)
    return said, LOOKS[coming.act]
