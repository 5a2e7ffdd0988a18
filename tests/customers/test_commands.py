"""The verbs ``atoll import``, ``atoll admin`` and ``atoll api-key``, as an operator types them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyotp import TOTP

from command.main import atoll
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.customers import Standing
from kernel.contracts.events import NetworkCreated
from kernel.contracts.second_factors import Challenge
from kernel.database import Database
from kernel.sealing import Sealer
from services.customers.accounts import second_factors
from services.customers.sign_ins.first_step import authenticate
from tests.customers.conftest import PASSWORD, Listing, credentials

SAMPLE = Path(__file__).parents[2] / "demo" / "atoll.csv"


@pytest.fixture
def slug(databases: dict[str, Database], owner: Identity, network: object) -> str:
    """A network that the customers service has not heard of yet."""
    name = f"n-{owner.network_id}"
    with databases["sites"].unit_of_work(owner) as uow:
        uow.publish(NetworkCreated(slug=name, name="Nordnät", currency="SEK"))
    return name


@pytest.fixture(autouse=True)
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOLL_VAR", str(settings.var))
    monkeypatch.setenv("ATOLL_DATABASE_PREFIX", settings.database_prefix)
    for name in ("database_url", "redis_url", "secret_key"):
        monkeypatch.setenv(f"ATOLL_{name.upper()}", getattr(settings, name).get_secret_value())


def run(*words: object, typed: str = "") -> Result:
    return CliRunner().invoke(atoll, [str(word) for word in words], input=typed)


def test_an_import_tells_what_it_did_and_writes_the_rejects_beside(
    slug: str, listing: Listing, tmp_path: Path
) -> None:
    file = tmp_path / "atoll.csv"
    file.write_bytes(SAMPLE.read_bytes())

    result = run("import", "customers", file, "--network", slug)

    assert result.exit_code == 0, result.output
    assert "200 rows, read as an export of Atoll" in result.output
    assert "195 registered" in result.output
    assert (tmp_path / "atoll.csv.rejects.csv").exists()
    assert listing().counts.all == 195


def test_a_dry_run_writes_nothing_at_all(slug: str, listing: Listing, tmp_path: Path) -> None:
    file = tmp_path / "atoll.csv"
    file.write_bytes(SAMPLE.read_bytes())

    result = run("import", "customers", file, "--network", slug, "--dry-run")

    assert "195 would be registered" in result.output
    assert list(tmp_path.iterdir()) == [file]
    assert listing().counts.all == 0


def test_an_unknown_network_is_told_in_a_sentence() -> None:
    result = run("import", "customers", SAMPLE, "--network", "nowhere")

    assert result.exit_code == 1
    assert "There is no network 'nowhere'." in result.output


def test_an_admin_who_was_created_signs_in(slug: str, database: Database, owner: Identity) -> None:
    words = (
        "admin",
        "create",
        "--network",
        slug,
        "--email",
        "eva@office.example",
        "--name",
        "Eva",
        "--role",
        "support",
    )

    result = run(*words, typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    standing = authenticate(database, Identity.gateway(owner.network_id), credentials("eva@office.example"))
    assert (standing.name, standing.role) == ("Eva", "support")


def test_an_admin_gets_no_password_that_is_easily_guessed(slug: str) -> None:
    words = ("admin", "create", "--network", slug, "--email", "eva@office.example", "--name", "Eva")

    result = run(*words, typed="password\npassword\n")

    assert result.exit_code == 1
    assert "This password cannot be used. Choose another one." in result.output
    assert "three of these" in result.output
    assert "guessed first" in result.output


def test_an_api_key_is_printed_alone(slug: str) -> None:
    result = run("api-key", "create", "--network", slug, "--name", "shop", "--scopes", "all")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("atoll_")
    assert len(result.stdout.split()) == 1


def test_an_unknown_scope_is_told_with_those_there_are(slug: str) -> None:
    result = run("api-key", "create", "--network", slug, "--name", "shop", "--scopes", "everything")

    assert result.exit_code == 1
    assert "There is no scope everything; there are all, audit.view" in result.output


def test_the_operator_lets_a_locked_out_owner_in_with_his_password(
    slug: str, database: Database, owner: Identity, settings: Settings
) -> None:
    words = ("--network", slug, "--email", "eva@office.example")
    run("admin", "create", *words, "--name", "Eva", "--role", "owner", typed=f"{PASSWORD}\n{PASSWORD}\n")
    gateway = Identity.gateway(owner.network_id)
    standing = authenticate(database, gateway, credentials("eva@office.example"))
    assert isinstance(standing, Standing)
    eva, sealer = Identity(owner.network_id, "x", account_id=standing.account_id, epoch=1), Sealer(settings)
    second_factors.begin(database, eva, PASSWORD, sealer)
    with database.unit_of_work(eva) as uow:
        code = TOTP(second_factors.begun_secret(uow, sealer).secret).now()
        second_factors.confirm_first_code(uow, code, sealer)
    assert isinstance(authenticate(database, gateway, credentials("eva@office.example")), Challenge)

    result = run("admin", "reset-second-factor", *words)

    assert (result.exit_code, "eva@office.example may now sign in" in result.output) == (0, True)
    assert isinstance(authenticate(database, gateway, credentials("eva@office.example")), Standing)
    again = run("admin", "reset-second-factor", *words)
    assert (again.exit_code, "There is no second factor on this account." in again.output) == (1, True)


def test_a_second_factor_of_nobody_is_not_reset(slug: str) -> None:
    result = run("admin", "reset-second-factor", "--network", slug, "--email", "nobody@office.example")

    assert (result.exit_code, "There is no such account." in result.output) == (1, True)
