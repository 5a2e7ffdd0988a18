"""What is done to many customers, in the reader's language."""

from gateway.translation import gettext, ngettext
from kernel.errors import N_

ACTIONS = {
    "vip_on": N_("Mark as VIP"),
    "vip_off": N_("No longer VIP"),
    "resend": N_("Resend verification"),
    "delete": N_("Delete for good"),
}
ICONS = {"vip_on": "crown", "vip_off": "crown-off", "resend": "mail-forward", "delete": "trash"}
STATES = {
    "waiting": N_("Waiting"),
    "running": N_("Running"),
    "done": N_("Done"),
    "stopped": N_("Stopped"),
    "dead": N_("Given up"),
}


def action(name: str) -> str:
    """Return what a button says that does it."""
    return gettext(ACTIONS.get(name, name))


def icon(name: str) -> str:
    """Return the icon of an action."""
    return ICONS.get(name, "list-check")


def state(name: str) -> str:
    """Return the state of a job."""
    return gettext(STATES[name])


def question(name: str, number: int) -> str:
    """Ask whether it is meant, with the count."""
    questions = {
        "vip_on": ngettext("Mark %(num)d customer as VIP?", "Mark %(num)d customers as VIP?", number),
        "vip_off": ngettext(
            "Take the VIP mark from %(num)d customer?", "Take the VIP mark from %(num)d customers?", number
        ),
        "resend": ngettext(
            "Write to %(num)d customer once more to verify the address?",
            "Write to %(num)d customers once more to verify their addresses?",
            number,
        ),
        "delete": ngettext("Delete %(num)d customer for good?", "Delete %(num)d customers for good?", number),
    }
    return questions[name]


def done(name: str, number: int) -> str:
    """Say what was done, and to how many."""
    sentences = {
        "vip_on": ngettext(
            "%(num)d customer is marked as VIP.", "%(num)d customers are marked as VIP.", number
        ),
        "vip_off": ngettext(
            "%(num)d customer is no longer marked as VIP.",
            "%(num)d customers are no longer marked as VIP.",
            number,
        ),
        "resend": ngettext(
            "%(num)d customer was written to once more.",
            "%(num)d customers were written to once more.",
            number,
        ),
        "delete": ngettext(
            "%(num)d customer is being deleted.", "%(num)d customers are being deleted.", number
        ),
    }
    return sentences[name]
