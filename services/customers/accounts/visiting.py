"""What nobody does in somebody else's place."""

from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden


class NotOnAVisit(Forbidden):
    """A human behind a visit asked for what only the person himself may do."""


def refuse_on_a_visit(uow: UnitOfWork) -> None:
    """Raise NotOnAVisit while an admin acts for a customer, whatever the route has let through."""
    if uow.identity.is_visiting:
        raise NotOnAVisit(N_("Switch back first: this cannot be done in somebody else's place."))
