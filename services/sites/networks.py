"""Found a network, and find one by its short name."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts import sites as contract
from kernel.contracts.events import NetworkCreated, NetworkSettingsChanged
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Conflict, NotFound
from services.sites.hosts import checked_host
from services.sites.models import Network


class NetworkTaken(Conflict):
    """Another network has this short name or this domain."""


def create_network(
    uow: UnitOfWork, *, slug: str, name: str, domain: str, currency: str, locale: str, time_zone: str
) -> Network:
    """Found the network whose id the unit of work carries; raises NetworkTaken and HostNotValid.

    The id is the caller's: ``database.unit_of_work(Identity.command(new_id()))``.
    """
    network: Network | None = uow.session.scalar(
        insert(Network)
        .values(
            network_id=uow.network_id,
            slug=slug,
            name=name,
            domain=checked_host(domain),
            currency=currency,
            locale=locale,
            time_zone=time_zone,
            created_at=uow.now,
            modified_at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(Network)
    )
    if network is None:
        raise NetworkTaken(
            N_("There is a network called %(slug)s or on %(domain)s already."), slug=slug, domain=domain
        )
    uow.publish(NetworkCreated(slug=slug, name=name, currency=currency))
    uow.publish(NetworkSettingsChanged(domain=network.domain, settings=network.settings))
    return network


def find_network(database: Database, slug: str) -> contract.Network:
    """Return the network with this short name. Raises NotFound."""
    with database.across_networks("a network by its short name") as session:
        network = session.scalar(select(Network).where(Network.slug == slug))
        if network is None:
            raise NotFound(N_("There is no network called %(slug)s."), slug=slug)
        return network.contract
