"""Mail to the owners of sites to which an admin switched."""

from kernel.contracts.events import Recorded, VisitStarted
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.mail.visits import write_visit

visit_mail = Listener("visit_mail", home="customers", start="now")


@visit_mail.to(VisitStarted)
def tell_owner(uow: UnitOfWork, event: VisitStarted, recorded: Recorded) -> None:
    """The cursor moves in the same transaction, so he is told once."""
    write_visit(uow, event, recorded.occurred_at)
