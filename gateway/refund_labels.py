"""What refunds and disputes are called, and what each state means, in the reader's language."""

from gateway.formats import formats
from gateway.translation import gettext as _
from kernel.contracts.refunds import Refund
from kernel.errors import N_

STATES = {
    "requested": N_("Asked for"),
    "submitting": N_("On its way"),
    "unknown": N_("Not known"),
    "pending": N_("With the bank"),
    "succeeded": N_("Given back"),
    "failed": N_("Failed"),
    "reversed": N_("Came back"),
    "needs_person": N_("Needs you"),
}
COLOURS = {
    "requested": "azure",
    "submitting": "azure",
    "unknown": "yellow",
    "pending": "yellow",
    "succeeded": "green",
    "failed": "red",
    "reversed": "red",
    "needs_person": "red",
}
MEANINGS = {
    "requested": N_("It will be handed to the payment gateway in a moment."),
    "submitting": N_("The payment gateway is being asked to give it back right now."),
    "unknown": N_(
        "The payment gateway was asked and did not answer, so nobody knows yet whether the money went. It "
        "stays put aside, so it cannot be given back twice, and the gateway is asked again before anything "
        "is sent once more. You need not do anything."
    ),
    "pending": N_("The payment gateway has taken it; the bank has not decided yet. That can take days."),
    "succeeded": N_("The money went back."),
    "failed": N_("The money did not go. It can be given back anew."),
    "reversed": N_("The money went and came again. It can be given back anew, another way."),
    "needs_person": N_(
        "The payment gateway has been asked for days and cannot say whether the money went. Look at the "
        "gateway's own page, then say here what you found. Until then the amount stays put aside."
    ),
}
EFFECTS = {
    "keep": N_("Keep it as it is"),
    "cancel_now": N_("Cancel it now"),
    "cancel_at_period_end": N_("Cancel it at the end of what is paid"),
}
DISPUTES = {
    "inquiry": N_("Only asked about"),
    "needs_response": N_("Needs your answer at the gateway"),
    "under_review": N_("The bank is looking into it"),
    "won": N_("Won"),
    "lost": N_("Lost"),
    "prevented": N_("Prevented"),
}
DISPUTE_COLOURS = {"inquiry": "yellow", "won": "green", "lost": "red", "prevented": "secondary"}


def kind_of(refund: Refund) -> str:
    """Return the state as people see it: what waits for a person is that before anything else."""
    return "needs_person" if refund.needs_person else refund.status


def refund_state(refund: Refund) -> str:
    return _(STATES[kind_of(refund)])


def refund_colour(refund: Refund) -> str:
    return COLOURS[kind_of(refund)]


def refund_meaning(refund: Refund) -> str:
    """Return what the state means for who reads it."""
    return _(MEANINGS[kind_of(refund)])


def other_amount(refund: Refund) -> str:
    """Say that the gateway gave back another amount than was asked for."""
    asked, gone = refund.asked or refund.amount, refund.amount
    told = {"asked": formats().money(asked), "gone": formats().money(gone)}
    if gone.amount > asked.amount:
        return _("%(asked)s was asked for; the payment gateway gave %(gone)s back.", **told)
    return _(
        "%(asked)s was asked for; the payment gateway gave %(gone)s back. The rest can be given back anew.",
        **told,
    )


def effect(name: str) -> str:
    return _(EFFECTS[name])


def dispute_state(status: str) -> str:
    return _(DISPUTES[status])


def dispute_colour(status: str) -> str:
    return DISPUTE_COLOURS.get(status, "orange")
