"""A sites database with a network in it, and the people who come to its sites."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import sha256
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.contracts.access import ROLES, SITE_OWNER
from kernel.contracts.sites import Redemption, TicketBinding, TicketIssued, TicketOrder
from kernel.database import Database, UnitOfWork
from kernel.ids import new_id
from services.sites.models import Network, Site
from services.sites.networks import create_network
from services.sites.sites import create_site, publish_site
from services.sites.tickets import bind_ticket, issue_ticket

ADMIN_SESSION = "the-admin-session"
NONCE = "a-secret-cookie-of-the-browser"

Open = Callable[..., AbstractContextManager[UnitOfWork]]


@pytest.fixture(scope="session")
def database(databases: dict[str, Database]) -> Database:
    return databases["sites"]


@pytest.fixture
def founded(database: Database, owner: Identity) -> Network:
    """The test's network, on a domain of its own."""
    with database.unit_of_work(owner) as uow:
        slug = f"net-{uow.network_id.hex}"
        return create_network(
            uow,
            slug=slug,
            name="Nordnät",
            domain=f"{slug}.test",
            currency="SEK",
            locale="sv",
            time_zone="Europe/Stockholm",
        )


@pytest.fixture
def opened(database: Database, founded: Network, owner: Identity) -> Open:
    """Open a unit of work of its own, for the owner of the network or somebody else."""

    def open_for(identity: Identity = owner) -> AbstractContextManager[UnitOfWork]:
        return database.unit_of_work(identity)

    return open_for


@pytest.fixture
def uow(opened: Open) -> Iterator[UnitOfWork]:
    with opened() as unit:
        yield unit


@pytest.fixture
def customer_id() -> UUID:
    return new_id()


@pytest.fixture
def admin(network: UUID) -> Identity:
    account_id = new_id()
    return Identity(network, f"account:{account_id}", ROLES["support"], account_id=account_id, epoch=0)


@pytest.fixture
def gateway(network: UUID) -> Identity:
    return Identity.gateway(network)


@pytest.fixture
def site_owner(network: UUID, customer_id: UUID) -> Identity:
    account_id = new_id()
    return Identity(
        network, f"account:{account_id}", SITE_OWNER, account_id=account_id, customer_id=customer_id, epoch=0
    )


@pytest.fixture
def site(opened: Open, customer_id: UUID) -> Site:
    """A published site of the customer's."""
    with opened() as uow:
        return make_site(uow, "solrosen", customer_id)


def make_site(uow: UnitOfWork, name: str, customer_id: UUID | None = None) -> Site:
    site = create_site(uow, name=name, title=name.capitalize(), customer_id=customer_id)
    return publish_site(uow, site.id)


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def order_for(site: Site, **other: object) -> TicketOrder:
    values = {
        "site_id": site.id,
        "customer_id": site.customer_id,
        "account_id": new_id(),
        "account_epoch": 1,
        "mode": "act",
        "admin_name": "Ada Admin",
        "customer_name": "Åsa Berg",
        "admin_session": ADMIN_SESSION,
        "reason": "Kunden ringde",
        "return_path": "/customers/131",
    }
    return TicketOrder.model_validate(values | other)


def binding_for(session: str = ADMIN_SESSION, nonce: str = NONCE) -> TicketBinding:
    return TicketBinding(admin_session=session, nonce_hash=hashed(nonce))


def ticket_in_hand(opened: Open, admin: Identity, site: Site) -> tuple[TicketIssued, Redemption]:
    """A ticket as the browser holds it: issued, bound, not yet used."""
    with opened(admin) as uow:
        issued = issue_ticket(uow, order_for(site))
    with opened(admin) as uow:
        handed = bind_ticket(uow, issued.ticket_id, binding_for())
    return issued, Redemption(token=handed.token, nonce=NONCE, host=handed.host)
