"""The copies of the networks that the customers and the billing service keep."""

from sqlalchemy import BigInteger, cast, func, update
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import NetworkCreated, NetworkSettingsChanged, Recorded
from kernel.contracts.sites import NetworkSettings
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.billing.networks import note_network
from services.customers.models import CustomerFacts, Network

networks = Listener("networks", home="customers", start="beginning")
networks_in_billing = Listener("networks_in_billing", home="billing", start="beginning")

OF_CUSTOMERS = set(NetworkSettings.model_fields) & {column.name for column in Network.__table__.columns}
"""The settings that the customers service keeps a copy of."""


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
    """Write down what the owner has decided, as far as it concerns customers; the network was told before."""
    decided = event.settings.model_dump(include=OF_CUSTOMERS)
    uow.session.execute(update(Network).values(domain=event.domain, **decided))


@networks_in_billing.to(NetworkCreated)
def copy_for_billing(uow: UnitOfWork, event: NetworkCreated, _recorded: Recorded) -> None:
    """Write down what money is counted in."""
    note_network(uow, name=event.name, currency=event.currency)


@networks_in_billing.to(NetworkSettingsChanged)
def copy_settings_for_billing(uow: UnitOfWork, event: NetworkSettingsChanged, _recorded: Recorded) -> None:
    """Write down in which language invoices are written, and where days begin."""
    settings = event.settings
    note_network(uow, name=settings.name, locale=settings.locale, time_zone=settings.time_zone)
