"""A network that can write mail, and messages in it."""

from typing import Any
from uuid import UUID

from kernel.auth import Identity
from kernel.database import Database
from services.customers.mail import writing as mails
from services.customers.models import Mail, Network


def found_network(database: Database, owner: Identity, **more: Any) -> Network:
    """Make the customers service know the owner's network."""
    facts = {
        "network_id": owner.network_id, "slug": f"n{owner.network_id.hex[-10:]}", "currency": "SEK",
        "name": "Nordljus", "domain": "nord.test", "locale": "sv", "time_zone": "UTC",
        "colour": "#aa3300", "sender_name": "", "reply_to": "", "verification": "free",
        "requires_second_factor": False,
    }  # fmt: skip
    with database.unit_of_work(owner) as uow:
        network = Network(**facts | more)
        uow.add(network)
    return network


def write(database: Database, owner: Identity, *, to: str = "asa@shop.example", **more: Any) -> Mail:
    """Write a message with a link to somebody; with ``link=""`` there is none."""
    with database.unit_of_work(owner) as uow:
        return mails.write(
            uow, "verify_email", to=to, **{"link": "verify", "name": "Åsa Berg", "email": to} | more
        )


def read(database: Database, owner: Identity, mail_id: UUID) -> Mail:
    """Return the row as it is now."""
    with database.unit_of_work(owner) as uow:
        return uow.get(Mail, mail_id)
