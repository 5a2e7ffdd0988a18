"""Counts that stay true among many writers, and lists that read an index whatever is asked."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.pool import NullPool

from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database, owner_url
from kernel.ids import new_id
from services.customers.imports.run import Import
from services.customers.models import Customer
from services.customers.profiles.registration import mark_vip, register_customer
from services.customers.queries.counts import tab_counts
from tests.calling import statements
from tests.customers.conftest import read_list

PEOPLE = 3000


def test_counts_are_true_among_eight_writers(database: Database, owner: Identity) -> None:
    def write(writer: int) -> None:
        for number in range(6):
            with database.unit_of_work(owner) as uow:
                customer = register_customer(
                    uow, email=f"w{writer}n{number}@shop.example", how="api",
                    verification="verified" if number % 2 else "pending",
                )  # fmt: skip
            with database.unit_of_work(owner) as uow:
                mark_vip(uow, customer.id, is_vip=number % 3 == 0)

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write, range(8)))

    with database.unit_of_work(owner) as uow:
        counted = uow.session.execute(
            select(
                func.count(),
                func.count().filter(Customer.is_vip),
                func.count().filter(Customer.verification != "verified"),
            )
        ).one()
        kept = tab_counts(uow)
    assert (kept.all, kept.vip, kept.unverified) == tuple(counted) == (48, 16, 24)


def test_a_rolled_back_registration_is_not_counted(database: Database, owner: Identity) -> None:
    def break_off() -> None:
        with database.unit_of_work(owner) as uow:
            register_customer(uow, email="gone@shop.example", how="api")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert read_list(database, owner).counts.all == 0


@pytest.fixture(scope="module")
def crowd(database: Database, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """A network with many customers, of which PostgreSQL knows how many."""
    file = tmp_path_factory.mktemp("crowd") / "crowd.csv"
    rows = (
        f"{n},p{n}@shop.example,p{n},Person{n},Berg,{n % 40 == 0},verified,2024-01-01" for n in range(PEOPLE)
    )
    header = "number,email,username,first_name,last_name,vip,verification,customer_since"
    file.write_text("\n".join([header, *rows]))
    identity = Identity.command(new_id())
    Import(database, identity, file).run()
    engine = create_engine(owner_url(settings, "customers"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE accounts, customers, customer_facts, customer_words"))
    return identity


@pytest.mark.parametrize("sort", ["newest", "name", "last_sign_in", "spent"])
@pytest.mark.parametrize(
    "asked", [{}, {"tab": "vip"}, {"tab": "online"}, {"q": "person12"}, {"q": "person berg"}]
)
def test_no_list_reads_a_whole_table(
    database: Database, crowd: Identity, sort: str, asked: dict[str, str]
) -> None:
    read = rows_read(database, crowd, sort=sort, **asked)

    assert read < PEOPLE


def rows_read(database: Database, identity: Identity, **asked: object) -> int:
    """Return the most rows that one step of the list's plan touched, as the runtime role runs it."""
    with statements(database) as sent:
        read_list(database, identity, **asked)
    ((statement, parameters),) = [one for one in sent if "AS page" in one[0]]
    with database.unit_of_work(identity) as uow:
        cursor = uow.session.connection().connection.cursor()
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        ((plan,),) = cursor.fetchall()
    return max(touched(plan[0]["Plan"]))


def touched(node: dict[str, Any]) -> list[int]:
    loops = node["Actual Loops"]
    removed = sum(value for name, value in node.items() if name.startswith("Rows Removed"))
    here = round((node["Actual Rows"] + removed) * loops)
    return [here] + [count for child in node.get("Plans", []) for count in touched(child)]


def test_a_row_of_another_network_cannot_be_written(database: Database, owner: Identity) -> None:
    with database.unit_of_work(owner) as uow:
        mine = register_customer(uow, email="a@shop.example", how="api")

    stranger = Identity.command(new_id())
    with pytest.raises(Exception, match="row-level security"), database.unit_of_work(owner) as uow:
        uow.session.execute(update(Customer).values(network_id=stranger.network_id))
    with database.unit_of_work(stranger) as uow:
        assert uow.session.connection().execute(text("SELECT id FROM customers")).all() == []
        uow.session.connection().execute(text("DELETE FROM customers"))

    with database.unit_of_work(owner) as uow:
        assert uow.get(Customer, mine.id).number == 1
