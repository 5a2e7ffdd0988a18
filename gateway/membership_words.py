"""What is said of memberships: what happened to them, and why they were cancelled."""

from collections.abc import Callable
from typing import Any

from gateway.formats import formats
from gateway.translation import gettext as _
from kernel.contracts import events
from kernel.errors import N_

CAUSES = {
    "": N_("No reason given"),
    "too_expensive": N_("Too expensive"),
    "unused": N_("Not used enough"),
    "missing_features": N_("Something is missing"),
    "too_complex": N_("Too complicated"),
    "quality": N_("Not satisfied"),
    "switched": N_("Uses another service"),
    "not_paid": N_("Not paid"),
    "duplicate": N_("Made by mistake"),
    "other": N_("Another reason"),
}


def cause(name: str) -> str:
    """Return why somebody cancelled, in the reader's language."""
    return _(CAUSES.get(name, CAUSES["other"]))


def causes() -> list[tuple[str, str]]:
    """Return what can be chosen as the reason of a cancellation, and how it is said."""
    return [(name, _(sentence)) for name, sentence in CAUSES.items()]


def _extended(event: events.MembershipExtended) -> str:
    if event.expires_at is None:
        return _("Membership %(number)s runs without an end", number=event.number)
    return _(
        "Membership %(number)s runs until %(until)s",
        number=event.number,
        until=formats().when(event.expires_at),
    )


def _ends(event: events.MembershipCancellationScheduled) -> str:
    return _(
        "Membership %(number)s is cancelled from %(at)s on: %(cause)s",
        number=event.number,
        at=formats().when(event.cancels_at),
        cause=event.reason or cause(event.cause),
    )


def _transferred(event: events.MembershipTransferred) -> str:
    if event.with_sites:
        return _("Membership %(number)s transferred to another customer, with its sites", number=event.number)
    return _("Membership %(number)s transferred to another customer", number=event.number)


def _too_late(event: events.MembershipPaidTooLate) -> str:
    return _(
        "Payment %(payment)s of %(total)s came after membership %(number)s was cancelled: it gives no time",
        payment=event.payment_number,
        total=formats().money(event.total),
        number=event.number,
    )


SENTENCES: dict[type, Callable[[Any], str]] = {
    events.MembershipExtended: _extended,
    events.MembershipChanged: lambda e: _(
        "Membership %(number)s changed: %(product)s", number=e.number, product=e.product
    ),
    events.MembershipChangeScheduled: lambda e: _(
        "A change of membership %(number)s is scheduled for %(at)s",
        number=e.number,
        at=formats().when(e.due_at),
    ),
    events.MembershipChangeWithdrawn: lambda e: _(
        "The scheduled change of membership %(number)s was withdrawn", number=e.number
    ),
    events.MembershipCancellationScheduled: _ends,
    events.MembershipCancellationUndone: lambda e: _(
        "The cancellation of membership %(number)s was undone", number=e.number
    ),
    events.MembershipTransferred: _transferred,
    events.MembershipPaidTooLate: _too_late,
}

LOOKS = {
    "membership.extended": ("calendar", "green"),
    "membership.changed": ("edit", "azure"),
    "membership.change_scheduled": ("clock", "azure"),
    "membership.change_withdrawn": ("clock", "secondary"),
    "membership.cancellation_scheduled": ("circle-x", "orange"),
    "membership.cancellation_undone": ("refresh", "green"),
    "membership.transferred": ("user-share", "orange"),
    "membership.paid_too_late": ("alert-triangle", "orange"),
}
