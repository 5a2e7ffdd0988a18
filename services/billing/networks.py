"""The copy of what billing needs to know of a network: its name, currency, language and time zone."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.database import UnitOfWork
from services.billing.models import Network


def note_network(uow: UnitOfWork, **told: str) -> None:
    """Write down what was told of the network; what else is known of it stays."""
    row = insert(Network).values(network_id=uow.network_id, **told)
    uow.session.execute(row.on_conflict_do_update(index_elements=["network_id"], set_=told))


def time_zone(uow: UnitOfWork) -> ZoneInfo:
    """Return where the network's days begin; UTC until it has been told."""
    return ZoneInfo(uow.session.scalar(select(Network.time_zone)) or "UTC")


def currency(uow: UnitOfWork) -> str:
    """Return the network's currency; empty until it has been told."""
    return uow.session.scalar(select(Network.currency)) or ""


def name_of(uow: UnitOfWork) -> str:
    """Return the network's name; empty until it has been told."""
    return uow.session.scalar(select(Network.name)) or ""


def locale(uow: UnitOfWork) -> str:
    """Return the network's language; English until it has been told."""
    return uow.session.scalar(select(Network.locale)) or "en"
