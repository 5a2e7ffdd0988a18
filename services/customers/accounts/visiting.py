"""What nobody does in somebody else's place."""

from kernel.database import UnitOfWork
from kernel.visiting import NOT_FOR_OTHERS, NotOnAVisit


def refuse_on_a_visit(uow: UnitOfWork) -> None:
    """Raise NotOnAVisit while an admin acts for a customer, whatever the route has let through."""
    if uow.identity.is_visiting:
        raise NotOnAVisit(NOT_FOR_OTHERS)
