"""What a site shows now and why, in the reader's words, with dates."""

from gateway import labels
from gateway.formats import formats
from gateway.translation import gettext as _
from kernel import clock
from kernel.contracts.site_access import MembershipTold, SiteAccess
from kernel.errors import N_

SHOWS = {
    "public": N_("Open to everybody"),
    "blocked": N_("Blocked"),
    "owner_only": N_("Only for its owner"),
}
COLOURS = {"public": "green", "blocked": "red", "owner_only": "orange"}
PLAIN = {
    "not_set_up": N_("It is not set up yet."),
    "closed": N_("It was closed by hand, until somebody opens it again."),
    "no_membership": N_("It is under no membership, so nothing blocks it."),
    "not_told": N_("Nothing is known of its membership yet, so nothing blocks it."),
    "of_the_network": N_("It belongs to the network itself, and no membership stands behind it."),
}


def shows(access: SiteAccess) -> str:
    """Return what it shows, in a few words."""
    return _(SHOWS[access.shows])


def why(access: SiteAccess) -> str:
    """Return why: ``Active. Membership 88 is paid until 3 Dec; blocked from 13 Dec unless paid.``"""
    if access.membership is None:
        return _(PLAIN[access.because])
    said = [f"{labels.membership(access.membership.status)}.", _end_of(access.membership)]
    return " ".join([*said, _blocking(access)]).strip()


def _end_of(membership: MembershipTold) -> str:
    if membership.expires_at is None:
        return _("Membership %(number)s has no end.", number=membership.number)
    named = {"number": membership.number, "day": formats().day(membership.expires_at)}
    if membership.expires_at <= clock.now():
        return _("The time of membership %(number)s was over on %(day)s.", **named)
    return _("Membership %(number)s has time until %(day)s.", **named)


def _blocking(access: SiteAccess) -> str:
    if access.blocked_from is None:
        return _("It is not blocked by itself.")
    day = formats().day(access.blocked_from)
    if access.shows == "blocked":
        return _("Blocked since %(day)s.", day=day)
    if access.because == "cancelled":
        return _("Blocked from %(day)s on.", day=day)
    return _("Blocked from %(day)s on unless paid.", day=day)
