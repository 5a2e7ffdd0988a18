"""Somebody who has all that a customer can have, and how his deletion is asked for and carried on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kernel.auth import Identity
from kernel.contracts.access import ROLES
from kernel.contracts.deletions import Way
from kernel.database import Database
from kernel.events import Listener, advance
from kernel.ids import new_id
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item
from services.customers.accounts import one_time_tokens
from services.customers.deletion import asking as deletions
from services.customers.mail import writing as mails
from services.customers.models import Customer, Deletion, SignInAttempt
from services.sites.models import SwitchTicket, Visit
from services.sites.sites import map_domain
from tests.console.people import failed, member, paid, product
from tests.flows.world import Owner, World
from worker.listeners.audit import audit
from worker.listeners.customer_facts import customer_facts
from worker.listeners.deletions import billing_deletions, customers_deletions, sites_deletions
from worker.listeners.networks import networks
from worker.listeners.timeline import timeline
from worker.listeners.verification import verification_in_billing, verification_in_sites

SAGA = (billing_deletions, sites_deletions, customers_deletions)
VERIFICATION = (verification_in_billing, verification_in_sites)
EVERYBODY = (networks, *SAGA, customer_facts, timeline, audit, *VERIFICATION)
STREET = "Storgatan 1"


@dataclass(frozen=True)
class Rich:
    """A customer and the ids of what is his."""

    owner: Owner
    site_id: UUID
    membership_id: UUID
    payment_id: UUID
    admin_id: UUID


def enriched(world: World, email: str = "olle@example.com", *, unread: Listener | None = None) -> Rich:
    """Make a customer with rows in every table that a customer can have rows in.

    ``unread``: a listener that has not heard of any of it yet.
    """
    listeners = [one for one in EVERYBODY if one is not unread]
    admin_id = world.admin(f"ada.{new_id().hex}@office.example")
    owner = world.customer(email)
    site_id = world.site(owner, f"s{new_id().hex[-12:]}")
    basic = product(world, f"Bas{new_id().hex[-6:]}", 19900)
    membership_id = member(world, owner, basic)
    payment_id = paid(world, owner, 19900, back=900)
    failed(world, owner, 500)
    with world.databases["billing"].unit_of_work(world.command) as uow:
        create_payment(uow, customer_id=owner.customer_id, currency="SEK", items=[Item("Mars", 700)])
    settle(world.databases, listeners)
    _known(world, owner)
    _visited(world, owner, site_id, admin_id)
    settle(world.databases, listeners)
    return Rich(owner, site_id, membership_id, payment_id, admin_id)


def _known(world: World, owner: Owner) -> None:
    """Give him an address, mail, a sign-in and an open link."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        customer = uow.get(Customer, owner.customer_id)
        customer.billing_line1, customer.billing_country, customer.phone = STREET, "SE", "+46701234567"
        to = {"to": owner.email, "account_id": owner.account_id, "customer_id": owner.customer_id}
        mails.write(uow, "verify_email", link="verify", name="Olle", email=owner.email, **to)
        one_time_tokens.issue(uow, owner.account_id, "reset")
        attempt = {"door": "site", "ip": "130.242.1.1", "country": "SE", "device": "Firefox"}
        uow.add(
            SignInAttempt(id=new_id(), account_id=owner.account_id, at=uow.now, succeeded=True, **attempt)
        )


def _visited(world: World, owner: Owner, site_id: UUID, admin_id: UUID) -> None:
    """Let an admin be on his site, and have a second ticket that is not used yet."""
    with world.databases["sites"].unit_of_work(world.command) as uow:
        whose = {"site_id": site_id, "customer_id": owner.customer_id, "account_id": owner.account_id}
        whose |= {"admin_id": admin_id, "admin_session": "s" * 20, "return_path": "/customers"}
        whose |= {"account_epoch": 1, "mode": "act", "admin_name": "Ada Admin", "customer_name": "Åsa Berg"}
        seconds = {"issued_at": uow.now, "expires_at": uow.now}
        used, unused = (
            SwitchTicket(id=new_id(), host="a.example", reason="help", **seconds, **whose) for _ in range(2)
        )
        uow.session.add_all([used, unused])
        uow.session.flush()
        hour = {
            "started_at": uow.now,
            "seen_at": uow.now,
            "expires_at": uow.now.replace(year=uow.now.year + 1),
        }
        uow.add(Visit(id=new_id(), ticket_id=used.id, **hour, **whose))
        map_domain(uow, site_id, f"www.{new_id().hex}.example")


def admin_of(world: World, rich: Rich) -> Identity:
    """Return the identity of the admin who deletes."""
    return Identity(
        world.network_id, f"account:{rich.admin_id}", ROLES["owner"], account_id=rich.admin_id, epoch=1
    )


def ask(world: World, rich: Rich, way: Way = "everything", heir: Owner | None = None) -> UUID:
    """Ask for the deletion, as an admin does."""
    with world.databases["customers"].unit_of_work(admin_of(world, rich)) as uow:
        heir_id = heir.customer_id if heir else None
        return deletions.request_deletion(uow, rich.owner.customer_id, way=way, heir_id=heir_id).id


def settle(databases: Mapping[str, Database], listeners: Iterable[Listener] = EVERYBODY) -> None:
    """Let these listeners read until nothing is left, also of what they tell each other."""
    listeners = list(listeners)
    while any([step(databases, one, source) for one in listeners for source in databases]):
        pass


def step(databases: Mapping[str, Database], listener: Listener, source: str) -> int:
    """Let one listener read one source on."""
    return advance(listener, databases[source], databases[listener.home])


def standing(world: World, deletion_id: UUID) -> Deletion:
    """Return the row of a deletion."""
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.get(Deletion, deletion_id)
