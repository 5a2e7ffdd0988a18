"""What nobody does in somebody else's place."""

from kernel import visiting
from kernel.database import UnitOfWork


def refuse_on_a_visit(uow: UnitOfWork) -> None:
    """Raise NotOnAVisit while an admin acts for a customer, whatever the route has let through."""
    visiting.refuse_on_a_visit(uow.identity, "never")
