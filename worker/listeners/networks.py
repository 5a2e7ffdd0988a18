"""The customers service's copy of the networks."""

from sqlalchemy import BigInteger, cast, func, update
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import NetworkCreated, NetworkSettingsChanged, Recorded
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.customers.models import CustomerFacts, Network

networks = Listener("networks", home="customers", start="beginning")


@networks.to(NetworkCreated)
def copy_network(uow: UnitOfWork, event: NetworkCreated, recorded: Recorded) -> None:
    """Write the network down, and sort what its customers have spent so far by its currency."""
    told = {"slug": event.slug, "currency": event.currency}
    written = insert(Network).values(network_id=recorded.network_id, **told)
    uow.session.execute(written.on_conflict_do_update(index_elements=["network_id"], set_=told))
    spent = cast(CustomerFacts.spent[event.currency].astext, BigInteger)
    uow.session.execute(update(CustomerFacts).values(spent_sort=func.coalesce(spent, 0)))


@networks.to(NetworkSettingsChanged)
def copy_settings(uow: UnitOfWork, event: NetworkSettingsChanged, _recorded: Recorded) -> None:
    """Write down what the owner has decided; the network itself was told of before."""
    uow.session.execute(update(Network).values(domain=event.domain, **dict(event.settings)))
