"""A customers database, the service on it, and people in a network of the test's own."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count

import pytest
from flask import Flask

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import ROLES, SITE_OWNER, Role
from kernel.contracts.customers import Credentials, CustomersList, CustomersQuery
from kernel.database import Database
from services.customers.accounts.accounts import create_admin
from services.customers.accounts.passwords import hash_password
from services.customers.app import create_app
from services.customers.models import Account, Customer
from services.customers.profiles.registration import register_customer
from services.customers.queries.listing import customers_list
from tests.calling import Call, caller

PASSWORD = "Correct horse battery staple"

Register = Callable[..., Customer]
Listing = Callable[..., CustomersList]


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture(scope="session")
def database(databases: dict[str, Database]) -> Database:
    return databases["customers"]


@pytest.fixture(scope="session")
def service(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    app.extensions["atoll"].database.close()


@pytest.fixture
def call(service: Flask, signer: Signer) -> Call:
    return caller(service, signer)


@pytest.fixture
def register(database: Database, owner: Identity) -> Register:
    """Register a customer: ``register("Åsa", "Berg", created_at=...)``; the e-mail is made up."""
    numbers = count(1)

    def make(first_name: str = "", last_name: str = "", email: str = "", **changes: object) -> Customer:
        email = email or f"customer{next(numbers)}@shop.example"
        taken = {
            name: changes.pop(name) for name in ("username", "billing", "verification") if name in changes
        }
        with database.unit_of_work(owner) as uow:
            customer = register_customer(
                uow, email=email, how="api", first_name=first_name, last_name=last_name,
                password_hash=password_hash(), **taken,
            )  # fmt: skip
            for name, value in changes.items():
                setattr(customer, name, value)
        return customer

    return make


@pytest.fixture
def listing(database: Database, owner: Identity) -> Listing:
    """Read the list: ``listing(q="asa", sort="name")``."""
    return partial(read_list, database, owner)


def read_list(database: Database, identity: Identity, **asked: object) -> CustomersList:
    with database.unit_of_work(identity) as uow:
        return customers_list(uow, CustomersQuery.model_validate(asked))


def make_admin(
    database: Database, owner: Identity, role: Role = "administrator", name: str = "Ada"
) -> Account:
    with database.unit_of_work(owner) as uow:
        email = f"{role}.{name.lower()}@office.example"
        return create_admin(uow, email=email, name=name, role=role, password_hash=password_hash())


def signed_in(account: Account, customer: Customer | None = None) -> Identity:
    """Return the identity of an account as the gateway passes it on."""
    return Identity(
        account.network_id,
        f"account:{account.id}",
        ROLES[account.role] if account.role else SITE_OWNER,  # type: ignore[index]
        account_id=account.id,
        customer_id=customer.id if customer else None,
        epoch=account.epoch,
    )


def credentials(login: str, password: str = PASSWORD, **more: object) -> Credentials:
    return Credentials.model_validate(
        {"login": login, "password": password, "door": "admin", "ip": "130.242.1.1"} | more
    )
