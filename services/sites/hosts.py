"""Host names: which are allowed, and what answers on each."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.contracts import sites as contract
from kernel.database import Database
from kernel.errors import N_, Invalid, NotFound
from services.sites.models import Domain, Network, Site
from services.sites.rows import site_row

ADMIN = "admin"
RESERVED = frozenset({ADMIN, "api", "mail", "www"})
HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z"
)


class HostNotValid(Invalid):
    """What was given cannot be a host name."""


class HostNotServed(NotFound):
    """Nothing of this installation answers on the host name."""


def checked_host(given: str) -> str:
    """Return a host name as we store it: lower case, IDNA. Raises HostNotValid.

    ``checked_host("Bröd.example") == "xn--brd-tna.example"``.
    """
    try:
        host = given.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        host = ""
    if not HOST.match(host):
        raise HostNotValid(N_("%(host)s is not a host name, such as www.example.com."), host=given)
    return host


def resolve_host(database: Database, host: str) -> contract.Host:
    """Return what answers on ``host``, in whatever network. Raises HostNotServed.

    A network's own names win over mapped ones, so nobody can map another's site away.
    """
    name = host.lower().rstrip(".")
    if not HOST.match(name):
        raise HostNotServed(N_("No site answers on %(host)s."), host=name)
    with database.across_networks("what answers on a host name") as session:
        found = _own_name(session, name) or _mapped_name(session, name)
    if found is None:
        raise HostNotServed(N_("No site answers on %(host)s."), host=name)
    return found


def _own_name(session: Session, host: str) -> contract.Host | None:
    label, _, domain = host.partition(".")
    network = session.scalar(select(Network).where(Network.domain == domain))
    if network is None:
        return None
    if label == ADMIN:
        return contract.Host(kind="admin", network=network.contract, site=None)
    site = session.scalar(select(Site).where(Site.network_id == network.network_id, Site.name == label))
    return _served(network, site) if site else None


def _mapped_name(session: Session, host: str) -> contract.Host | None:
    mapped = session.execute(
        select(Network, Site)
        .join(Site, Site.network_id == Network.network_id)
        .join(Domain, (Domain.network_id == Site.network_id) & (Domain.site_id == Site.id))
        .where(Domain.host == host)
    ).one_or_none()
    return _served(*mapped) if mapped else None


def _served(network: Network, site: Site) -> contract.Host:
    return contract.Host(kind="site", network=network.contract, site=site_row(site, network.domain))
