"""The demo's people: the network's owner, a site owner who signs in, the customers of a sample file."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from command.demo.story import People, Person
from kernel.auth import Identity
from kernel.contracts.customers import BillingInfo
from kernel.database import Database, UnitOfWork
from services.customers.accounts.accounts import create_admin
from services.customers.accounts.passwords import hash_without_rules, is_right
from services.customers.imports.run import Import
from services.customers.models import Account, Customer
from services.customers.profiles.registration import register_customer

OWNER_EMAIL = "admin@demo.example"
SITE_OWNER_EMAIL = "solveig.rosen@demo.example"
CAME = timedelta(days=800)  # ago


def make_people(database: Database, operator: Identity, *, password: str, samples: list[Path]) -> People:
    """Make those who are not there yet and return everybody."""
    if _owners_hash(database, operator) is None:
        password_hash = hash_without_rules(password)
        with database.unit_of_work(operator) as uow:
            _make_those_who_sign_in(uow, password_hash)
    for sample in samples:
        Import(database, operator, sample).run()
    with database.unit_of_work(operator) as uow:
        everybody = _everybody(uow)
    owner = next(person for person in everybody if person.email == SITE_OWNER_EMAIL)
    others = [person for person in everybody if person is not owner]
    return People(owner, others, is_right(_owners_hash(database, operator), password))


def _owners_hash(database: Database, operator: Identity) -> str | None:
    """Return the hash of the owner's password; None while there is no owner."""
    with database.unit_of_work(operator) as uow:
        return uow.session.scalar(select(Account.password_hash).where(Account.email == OWNER_EMAIL))


def _make_those_who_sign_in(uow: UnitOfWork, password_hash: str) -> None:
    create_admin(
        uow, email=OWNER_EMAIL, name="Alva Nordin", role="owner", password_hash=password_hash, locale="sv"
    )
    uow.now -= CAME
    customer = register_customer(
        uow,
        email=SITE_OWNER_EMAIL,
        how="command",
        username="solveig",
        first_name="Solveig",
        last_name="Rosén",
        phone="+46 8 555 123 45",
        locale="sv",
        verification="verified",
        billing=BillingInfo(
            company="Solrosens café AB",
            email="faktura@solrosen.example",
            line1="Storgatan 12",
            postcode="903 26",
            city="Umeå",
            country="SE",
        ),
        password_hash=password_hash,
    )
    customer.created_at = uow.now


def _everybody(uow: UnitOfWork) -> list[Person]:
    """Return all customers, by their number: the same order in every run."""
    login = (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id)
    rows = uow.session.execute(
        select(Customer.id, Account.email, Customer.billing_country, Customer.created_at)
        .join(Account, login)
        .order_by(Customer.number)
    )
    return [Person(row.id, row.email, row.billing_country, row.created_at) for row in rows]
