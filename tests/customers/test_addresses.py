"""E-mail addresses: which are taken, and how each mistake is called by our own name for it."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, text

from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database, owner_url
from services.customers.accounts import one_time_tokens
from services.customers.models import Account, OneTimeToken
from services.customers.profiles.addresses import AddressNotValid, checked, key_of
from tests.customers.conftest import Register


def test_an_address_is_kept_as_it_is_meant() -> None:
    assert checked(" Åsa.Lind@Bageriet.EXAMPLE.com ") == "Åsa.Lind@bageriet.example.com"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("asa", "An e-mail address has an @ in it."),
        ("@example.com", "Something must stand before the @."),
        ("asa@", "Something must stand after the @."),
        ("asa@example", "After the @ stands a name with a period in it, like example.com."),
        ("asa..lind@example.com", "An e-mail address cannot have two periods in a row."),
        (".asa@example.com", "A period or hyphen cannot stand first, last or beside the @."),
        ("asa@-example.com", "A period or hyphen cannot stand first, last or beside the @."),
        ("asa@" + "a" * 70 + ".com", "This is too long for an e-mail address."),
        ("asa@" + "a." * 130 + "com", "This is too long for an e-mail address."),
        ("asa@example.test", "The name after the @ is reserved, and nobody gets mail there."),
        ("åsa lind@example.com", "A character before the @ cannot be in an e-mail address."),
        ("asa@exa mple.com", "A character after the @ cannot be in an e-mail address."),
        ("asa@bo@example.com", "A character after the @ cannot be in an e-mail address."),
        ("asa@[127.0.0.1]", "This is not a valid e-mail address."),
    ],
)
def test_a_mistake_is_named_in_a_sentence_that_can_be_translated(given: str, sentence: str) -> None:
    with pytest.raises(AddressNotValid) as refused:
        checked(given)

    assert (refused.value.template, refused.value.params) == (sentence, {})
    assert refused.value.fields == {"email": sentence}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("asa@straße.example.com", "asa@strasse.example.com", False),
        ("asa@Straße.EXAMPLE.com", "asa@straße.example.com", True),
        ("asa@xn--strae-oqa.example.com", "asa@straße.example.com", True),
        ("groß@example.com", "gross@example.com", False),
        ("Groß@example.com", "groß@Example.com", True),
        ("A\u030asa@example.com", "åsa@example.com", True),
        ("asa@ＥＸＡＭＰＬＥ.com", "asa@example.com", True),
        ("asa@example。com", "asa@example.com", True),
        ("Åsa@example.com", "asa@example.com", False),
    ],
)
def test_two_spellings_are_one_address_where_mail_goes_to_one(one: str, other: str, *, is_same: bool) -> None:
    assert (key_of(one) == key_of(other)) is is_same


@pytest.mark.parametrize(
    "given", ["", "@", "asa", "asa@", "@x", "a@..", "a@xn--zzzzzzzzz.de", "a@b c", "a\0@b"]
)
def test_whatever_is_typed_has_a_key_and_no_nul(given: str) -> None:
    assert "\0" not in key_of(given)


def test_two_customers_may_have_addresses_that_only_look_alike(register: Register) -> None:
    ours, theirs = register(email="asa@straße.example.com"), register(email="asa@strasse.example.com")

    assert ours.account_id != theirs.account_id


def migration(name: str) -> ModuleType:
    """Return the migration, whatever its number has become."""
    folder = "services.customers.migrations.versions"
    (path,) = Path(*folder.split(".")).glob(f"*_{name}.py")
    return import_module(f"{folder}.{path.stem}")


def test_keys_of_older_releases_are_written_anew_where_they_differ(
    settings: Settings, database: Database, owner: Identity, register: Register
) -> None:
    kept, changed = register(email="asa@shop.example.com"), register(email="bo@straße.example.com")
    with database.unit_of_work(owner) as uow:
        one_time_tokens.issue(uow, changed.account_id, "reset")
        account = uow.get(Account, changed.account_id)
        account.email_key = account.username_key = "bo@strasse.example.com"
        uow.session.flush()
        (token,) = uow.session.query(OneTimeToken).all()
        token.email_key = "bo@strasse.example.com"

    engine = create_engine(owner_url(settings, "customers"))
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration("keys_of_addresses").upgrade()
        forced = "SELECT relforcerowsecurity FROM pg_class WHERE relname IN ('accounts', 'one_time_tokens')"
        assert connection.execute(text(forced)).scalars().all() == [True, True]
    engine.dispose()

    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, changed.account_id)
        assert account.email_key == account.username_key == "bo@straße.example.com"
        assert uow.get(Account, kept.account_id).email_key == "asa@shop.example.com"
        assert [token.email_key for token in uow.session.query(OneTimeToken)] == ["bo@straße.example.com"]
