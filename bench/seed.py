"""Three networks of 1,000, 10,000 and 100,000 customers; each customer has three payments.

Customers come in by the import that people use, which is timed. Their memberships, payments and
sites are written by SQL in bulk: what is measured is reading them.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.sites import Network
from kernel.database import Database
from kernel.ids import new_id
from services.customers.accounts.accounts import create_admin
from services.customers.accounts.api_keys import create_api_key
from services.customers.accounts.passwords import hash_password
from services.customers.imports.run import Import
from services.sites.networks import create_network

PASSWORD = "Nordan-vind-8"
FIRST = ("Åsa", "Björn", "Elin", "Mats", "Søren", "Aino", "Freya", "Gunnar", "Ingrid", "Olav", "Zoë", "José")
LAST = ("Öberg", "Lindström", "Ångström", "Håkansson", "Nygård", "Virtanen", "Müller", "Kowalska", "Sørensen")
COLUMNS = ("user_email", "customer_hash", "vip", "email_verification", "billing_country", "company_name",
           "date_registered", "last_login", "id", "user_id")  # fmt: skip

BILLING = (
    """
    INSERT INTO products (network_id, id, slug, name, description, kind, pricing, is_active, created_at,
        modified_at)
    VALUES (:network, :product, 'plan', 'Plan', '', 'plan', 'paid', true, now(), now())
    """,
    """
    INSERT INTO memberships (network_id, id, number, customer_id, product_id, status, currency, amount,
        period_length, period_unit, auto_renew, gateway, started_at, created_at, modified_at)
    SELECT :network, gen_random_uuid(), place, customer, :product, 'active', 'SEK', 19900,
        1, 'month', true, 'manual', now(), now(), now()
    FROM unnest(CAST(:customers AS uuid[])) WITH ORDINALITY AS c (customer, place)
    """,
    # They have no end: nothing is to be done about them, and finding that out would be measured too.
    "UPDATE membership_agenda SET state = 'done' WHERE network_id = :network",
    """
    INSERT INTO payments (network_id, id, number, customer_id, status, currency, total, captured, refunded,
        gateway, gateway_reference, completed_at, created_at, modified_at)
    SELECT :network, gen_random_uuid(), (place - 1) * 3 + nth, customer, 'completed', 'SEK', 19900, 19900, 0,
        'manual', '', now(), now() - nth * interval '30 days', now()
    FROM unnest(CAST(:customers AS uuid[])) WITH ORDINALITY AS c (customer, place),
        generate_series(1, 3) AS nth
    """,
)
SITES = """
    INSERT INTO sites (network_id, id, name, title, type, state, customer_id, is_primary, created_at,
        modified_at)
    SELECT :network, gen_random_uuid(), 'site-' || place, 'Site ' || place, 'customer_owned', 'active',
        customer, true, now(), now()
    FROM unnest(CAST(:customers AS uuid[])) WITH ORDINALITY AS c (customer, place)
    """
PAGES = """
    INSERT INTO pages (network_id, id, site_id, path, title, markdown, version, created_at, modified_at)
    SELECT :network, gen_random_uuid(), id, '', 'Start',
        '# ' || title || E'\\n\\n' || repeat(E'Vi *bakar* och [berättar](/om-oss) om det.\\n\\n', 20),
        1, now(), now()
    FROM sites WHERE network_id = :network
    """
FACTS = """
    UPDATE customer_facts SET memberships = 1, sites = 1, spent = '{"SEK": 59700}',
        spent_sort = 59700 + abs(hashtext(customer_id::text)) % 100000
    WHERE network_id = :network
    """


@dataclass(frozen=True)
class Seeded:
    """A network to measure: how to sign in, some of what it has, and how quick its import was."""

    size: int
    network: Network
    admin: str
    api_key: str
    customers: list[UUID]
    payments: list[UUID]
    rows_per_second: float

    @property
    def host(self) -> str:
        """The admin host."""
        return f"admin.{self.network.domain}"


def seed(settings: Settings, databases: dict[str, Database], size: int, folder: Path) -> Seeded:
    """Make a network of ``size`` customers with all they have."""
    network_id = new_id()
    identity = Identity.command(network_id)
    slug = f"bench{size}"
    with databases["sites"].unit_of_work(identity) as uow:
        made = create_network(uow, slug=slug, name=slug, domain=f"{slug}.localhost", currency="SEK",
                              locale="sv", time_zone="Europe/Stockholm")  # fmt: skip
        network = made.contract
    admin = f"admin@{slug}.example"
    with databases["customers"].unit_of_work(identity) as uow:
        create_admin(uow, email=admin, name="Bench", role="owner", password_hash=hash_password(PASSWORD))
        api_key = create_api_key(uow, name="bench", scopes=["all"])
    path = folder / f"{slug}.csv"
    write_customers(path, size)
    began = perf_counter()
    Import(databases["customers"], identity, path).run()
    rows_per_second = size / (perf_counter() - began)
    customers = customers_of(databases["customers"], network_id)
    give_them_everything(databases, network_id, customers)
    payments = payments_of(databases["billing"], network_id)
    return Seeded(size, network, admin, api_key, customers[:200], payments, rows_per_second)


def write_customers(path: Path, size: int) -> None:
    """Write a file as Ultimate Multisite exports it; the same for the same size."""
    chance = Random(size)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for place in range(1, size + 1):
            first, last = chance.choice(FIRST), chance.choice(LAST)
            day = f"{2018 + place % 8}-{1 + place % 12:02}-{1 + place % 28:02} 10:00:00"
            lines.writerow((f"person{place}@shop{place % 97}.example", f"H{place}", place % 7 == 0,
                            ("verified", "none", "pending")[place % 3], "SE", f"{first} {last} {place} AB",
                            day, day, place, place))  # fmt: skip


def customers_of(database: Database, network_id: UUID) -> list[UUID]:
    """Return the ids of the network's customers, in an order that jumps about."""
    with database.unit_of_work(Identity.command(network_id)) as uow:
        return list(uow.session.scalars(text("SELECT id FROM customers ORDER BY md5(id::text)")))


def payments_of(database: Database, network_id: UUID) -> list[UUID]:
    """Return the ids of some of the network's payments, in an order that jumps about."""
    with database.unit_of_work(Identity.command(network_id)) as uow:
        some = text("SELECT id FROM payments ORDER BY md5(id::text) LIMIT 200")
        return list(uow.session.scalars(some))


def give_them_everything(databases: dict[str, Database], network_id: UUID, customers: list[UUID]) -> None:
    """Give each customer a membership, three payments and a site, and write the facts that follow."""
    values = {"network": network_id, "customers": customers, "product": new_id()}
    with databases["billing"].unit_of_work(Identity.command(network_id), timeout=600_000) as uow:
        for statement in BILLING:
            _run(uow.session, statement, values)
    with databases["sites"].unit_of_work(Identity.command(network_id), timeout=600_000) as uow:
        _run(uow.session, SITES, values)
        _run(uow.session, PAGES, values)
    with databases["customers"].unit_of_work(Identity.command(network_id), timeout=600_000) as uow:
        _run(uow.session, FACTS, values)


def _run(session: Session, statement: str, values: dict[str, object]) -> None:
    wanted = {name: value for name, value in values.items() if f":{name}" in statement}
    session.execute(text(statement), wanted)
