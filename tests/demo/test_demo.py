"""The demo network: something true in every block, and nothing twice when it is made again."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.pool import NullPool

from command.demo import DemoMade, make, make_demo
from command.demo.people import OWNER_EMAIL, SITE_OWNER_EMAIL
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.billing import MembershipStatus
from kernel.contracts.sites import SiteState
from kernel.database import SERVICES, Database, UnitOfWork, owner_url
from kernel.events import lag
from kernel.migrations import migrate
from services.billing.models import Membership, Payment, Refund
from services.customers.accounts.passwords import is_right
from services.customers.models import Account, Customer, CustomerFacts
from services.sites.hosts import resolve_host
from services.sites.models import Domain, Page, Site
from services.sites.networks import find_network
from worker.listeners import load_listeners

PASSWORD = "ett långt lösenord"

Databases = dict[str, Database]


@pytest.fixture(scope="module")
def installation(settings: Settings) -> Iterator[Settings]:
    """An installation of its own: there is one demo network in each."""
    changed = {"database_prefix": f"{settings.database_prefix}_demo", "demo_password": SecretStr(PASSWORD)}
    own = settings.model_copy(update=changed)
    migrate(own)
    yield own
    engine = create_engine(owner_url(own), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for database in (f"{own.database_prefix}_{service}" for service in SERVICES):
            connection.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE {database}_runtime, {database}_across"))


@pytest.fixture(scope="module")
def databases(installation: Settings) -> Iterator[Databases]:
    opened = {name: Database.of(installation, name) for name in SERVICES}
    yield opened
    for database in opened.values():
        database.close()


@pytest.fixture(scope="module")
def made(installation: Settings, databases: Databases) -> DemoMade:
    """The demo, made after a start that broke off in the middle."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(make, "make_sites", _break_off)
        with pytest.raises(KeyboardInterrupt):
            make_demo(installation)
    return make_demo(installation)


def _break_off(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def operator(databases: Databases, made: DemoMade) -> Identity:
    return Identity.command(find_network(databases["sites"], made.network).id)


@pytest.fixture
def units(databases: Databases, operator: Identity) -> Iterator[dict[str, UnitOfWork]]:
    with (
        databases["customers"].unit_of_work(operator) as customers,
        databases["billing"].unit_of_work(operator) as billing,
        databases["sites"].unit_of_work(operator) as sites,
    ):
        yield {"customers": customers, "billing": billing, "sites": sites}


def column(uow: UnitOfWork, statement: Any) -> set[Any]:
    return set(uow.session.scalars(statement))


def test_owner_and_site_owner_sign_in_with_the_password(units: dict[str, UnitOfWork]) -> None:
    session = units["customers"].session
    for email in (OWNER_EMAIL, SITE_OWNER_EMAIL):
        account = session.scalars(select(Account).where(Account.email == email)).one()
        assert is_right(account.password_hash, PASSWORD)


def test_memberships_are_in_every_state(units: dict[str, UnitOfWork]) -> None:
    assert column(units["billing"], select(Membership.status)) == set(get_args(MembershipStatus))


def test_no_active_membership_has_run_out(units: dict[str, UnitOfWork]) -> None:
    uow = units["billing"]
    over = select(Membership.number).where(Membership.status == "active", Membership.expires_at < uow.now)

    assert column(uow, over) == set()


def test_payments_are_in_three_currencies_and_some_went_back(units: dict[str, UnitOfWork]) -> None:
    uow = units["billing"]

    assert column(uow, select(Payment.currency).where(Payment.captured > 0)) == {"SEK", "EUR", "JPY"}
    assert {"completed", "failed", "pending", "refunded", "partially_refunded"} <= column(
        uow, select(Payment.status)
    )
    assert len(column(uow, select(Refund.id))) >= 2


def test_sites_are_in_every_state_and_most_customers_have_none(units: dict[str, UnitOfWork]) -> None:
    sites = units["sites"]
    per_customer = select(func.count()).select_from(Site).group_by(Site.customer_id)

    assert column(sites, select(Site.state)) == set(get_args(SiteState))
    assert column(sites, per_customer) == {1, 2, 3}
    customers = units["customers"].session.scalar(select(func.count()).select_from(Customer))
    assert len(column(sites, select(Site.customer_id))) * 2 < (customers or 0)


def test_the_owners_site_and_its_mapped_name_answer(databases: Databases, made: DemoMade) -> None:
    own = resolve_host(databases["sites"], made.site_host)
    mapped = resolve_host(databases["sites"], "www.solrosenscafe.localhost")

    assert own.site is not None
    assert (own.site.state, own.site.title) == ("active", "Solrosens café")
    assert mapped == own
    assert resolve_host(databases["sites"], made.admin_host).kind == "admin"


def test_pages_say_something(units: dict[str, UnitOfWork]) -> None:
    uow = units["sites"]
    cafe = select(Site.id).where(Site.name == "solrosen").scalar_subquery()

    assert column(uow, select(Page.path).where(Page.site_id == cafe)) == {"", "om-oss", "kontakt"}
    assert column(uow, select(Page.version)) == {2}
    assert len(column(uow, select(Domain.host))) == 1


def test_what_is_told_of_customers_is_true_at_first_sight(units: dict[str, UnitOfWork]) -> None:
    facts = select(func.sum(CustomerFacts.memberships), func.sum(CustomerFacts.sites))
    memberships, sites = units["customers"].session.execute(facts).one()
    received = select(func.sum(Payment.captured - Payment.refunded)).where(Payment.currency == "SEK")
    spent = text("SELECT sum((spent ->> 'SEK')::bigint) FROM customer_facts")

    assert memberships == len(column(units["billing"], select(Membership.id)))
    assert sites == len(column(units["sites"], select(Site.id)))
    assert units["customers"].session.scalar(spent) == units["billing"].session.scalar(received)


def test_nothing_waits_and_nothing_is_parked(databases: Databases, made: DemoMade) -> None:
    for listener in load_listeners().values():
        for source in databases.values():
            behind = lag(listener, source, databases[listener.home])
            assert (behind.waiting, behind.parked) == (0, 0)


def test_made_again_it_stays_as_it_is(installation: Settings, made: DemoMade, databases: Databases) -> None:
    before = counts(databases)

    again = make_demo(installation)

    assert counts(databases) == before
    assert again == made


def test_the_password_is_told_only_while_it_is_right(installation: Settings, made: DemoMade) -> None:
    other = installation.model_copy(update={"demo_password": SecretStr("ett annat lösenord")})

    assert (made.password, make_demo(other).password) == (PASSWORD, None)


def counts(databases: Databases) -> dict[str, int]:
    """How many events each service has logged; whatever is made or changed is among them."""
    found = {}
    for name, database in databases.items():
        with database.across_networks("a test") as session:
            found[name] = session.scalar(text("SELECT count(*) FROM events"))
    return found
