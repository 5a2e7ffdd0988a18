"""What an admin who is switched to a site may do there: each route says it, and it is held to twice."""

from kernel.auth import Identity
from kernel.contracts.access import OnAVisit
from kernel.errors import N_, Forbidden

NOT_FOR_OTHERS = N_("Switch back first: this cannot be done in somebody else's place.")
ONLY_LOOKING = N_("You are here to look only, so nothing can be changed.")


class NotOnAVisit(Forbidden):
    """A human behind a visit asked for what only the person himself may do."""


class NothingChanges(Forbidden):
    """Somebody who only looks would have changed something."""


def refuse_on_a_visit(identity: Identity, marked: OnAVisit | None) -> None:
    """Raise NotOnAVisit or NothingChanges unless the identity may use a route with this mark.

    A route without a mark is nobody's but the person's own.
    """
    if not identity.is_visiting:
        return
    if marked not in {"read", "act"}:
        raise NotOnAVisit(NOT_FOR_OTHERS)
    if marked == "act" and identity.is_looking:
        raise NothingChanges(ONLY_LOOKING)
