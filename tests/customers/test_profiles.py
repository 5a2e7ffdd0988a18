"""Editing a customer: what is changed, who may, who is told, and what two at once do to each other."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.customers import BillingInfo
from kernel.contracts.events import CustomerChanged, VerificationAsked, VerificationChanged
from kernel.contracts.profiles import BILLING, FIELDS, ProfileChange
from kernel.database import Database
from kernel.errors import Forbidden, NotFound
from kernel.ids import new_id
from services.customers.accounts import one_time_tokens
from services.customers.mail import writing as mails
from services.customers.models import Account, AuditLine, Customer, Mail, Network, OneTimeToken
from services.customers.profiles.editing import ChangedMeanwhile, change_profile
from services.customers.profiles.logins import LoginNotYours
from services.customers.profiles.rules import ProfileNotValid
from tests.customers.conftest import Listing, Register, make_admin, signed_in

Change = Callable[..., list[Any]]


@pytest.fixture
def network_row(database: Database, owner: Identity) -> Callable[[str], None]:
    """Let the customers service know the network, with a verification policy."""

    def make(verification: str = "always") -> None:
        known = {"slug": f"n{owner.network_id.hex[-10:]}", "currency": "SEK", "name": "Nordljus"}
        with database.unit_of_work(owner) as uow:
            uow.add(Network(network_id=owner.network_id, **known, locale="sv", verification=verification))

    return make


@pytest.fixture
def change(database: Database, owner: Identity) -> Change:
    """Change a customer, ``change(customer, first_name="Åsa")``, and return what was published."""

    def make(
        customer: Customer, *, by: Identity | None = None, seen: list[int] | None = None, **fields: str
    ) -> list[Any]:
        with database.unit_of_work(by or owner) as uow:
            change_profile(uow, customer.id, ProfileChange(seen=seen, changes=fields))
            return uow.published

    return make


def now(database: Database, owner: Identity, customer: Customer) -> tuple[Account, Customer]:
    with database.unit_of_work(owner) as uow:
        return uow.get(Account, customer.account_id), uow.get(Customer, customer.id)


def letters(database: Database, owner: Identity) -> list[tuple[str, str, str]]:
    with database.unit_of_work(owner) as uow:
        sent = uow.session.scalars(select(Mail).order_by(Mail.id)).all()
        return [(mail.template, mail.to, mail.link) for mail in sent]


def test_one_save_changes_account_and_customer_and_says_so_once(
    database: Database, owner: Identity, register: Register, change: Change
):
    customer = register("Åsa", "Lind")

    published = change(customer, last_name="Berg", phone="+46 70 174 06 05", billing_company="Berg AB")

    account, after = now(database, owner, customer)
    assert (account.last_name, after.phone, after.billing_company) == ("Berg", "+46701740605", "Berg AB")
    fields = ["billing_company", "last_name", "phone"]
    assert published == [CustomerChanged(customer_id=customer.id, fields=fields)]
    assert after.version == 2


def test_what_is_not_named_stays(database: Database, owner: Identity, register: Register, change: Change):
    customer = register("Åsa", "Lind", phone="+46701740605", billing=BillingInfo(country="SE"))

    change(customer, last_name="Berg")

    account, after = now(database, owner, customer)
    assert (account.first_name, after.phone, after.billing_country) == ("Åsa", "+46701740605", "SE")


def test_the_audit_log_has_before_and_after(
    database: Database, owner: Identity, register: Register, change: Change
):
    customer = register("Åsa", "Lind")
    admin = signed_in(make_admin(database, owner))

    change(customer, by=admin, last_name="Berg")

    with database.unit_of_work(owner) as uow:
        line = uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id)).one()
    assert (line.actor, line.action) == (admin.actor, "customer changed")
    assert (line.before, line.after) == ({"last_name": "Lind"}, {"last_name": "Berg"})


def test_a_save_that_changes_nothing_says_nothing_and_keeps_the_version(
    database: Database, owner: Identity, register: Register, change: Change
):
    customer = register("Åsa", "Lind")

    published = change(customer, first_name=" Åsa ", last_name="Lind", email=" customer1@SHOP.example")

    assert published == []
    assert now(database, owner, customer)[1].version == 1
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(AuditLine)).all() == []


def test_one_field_that_is_wrong_and_nothing_is_stored(
    database: Database, owner: Identity, register: Register, change: Change
):
    customer = register("Åsa", "Lind")

    with pytest.raises(ProfileNotValid) as refused:
        change(customer, last_name="Berg", phone="soon", email="asa")

    assert set(refused.value.fields) == {"phone", "email"}
    account, after = now(database, owner, customer)
    assert (account.last_name, after.version) == ("Lind", 1)


def test_he_is_found_and_sorted_by_what_he_is_called_now(
    register: Register, change: Change, listing: Listing, network_row
):
    network_row()
    customer = register("Åsa", "Lind", email="asa@lind.example", billing=BillingInfo(company="Lind AB"))
    other = register("Bo", "Ek")

    change(
        customer, last_name="Öberg", email="hej@oberg.example", billing_company="Norrsken", username="asis"
    )

    assert [row.id for row in listing(q="oberg hej norrsken asis").items] == [customer.id]
    assert listing(q="lind").items == []
    change(customer, first_name="Cilla")
    assert [row.id for row in listing(sort="name").items] == [other.id, customer.id]


def test_another_networks_customer_is_absent(database: Database, register: Register, change: Change):
    customer = register("Åsa")
    stranger = Identity.command(new_id())

    with pytest.raises(NotFound, match="There is no such customer"):
        change(customer, by=stranger, first_name="Eva")


# Two at once


def test_who_has_not_seen_the_present_version_changes_nothing(
    database: Database, owner: Identity, register: Register, change: Change
):
    customer = register("Åsa", "Lind")
    change(customer, seen=[1], last_name="Berg")

    with pytest.raises(ChangedMeanwhile, match="Somebody else changed this customer meanwhile"):
        change(customer, seen=[1], first_name="Eva")

    account, after = now(database, owner, customer)
    assert (account.first_name, account.last_name, after.version) == ("Åsa", "Berg", 2)


def at_once(*saves: Callable[[], object]) -> list[str]:
    """Run the saves side by side; return what each came to, sorted."""
    start, outcomes = Barrier(len(saves)), []

    def run(save: Callable[[], object]) -> None:
        start.wait()
        try:
            save()
            outcomes.append("saved")
        except (ChangedMeanwhile, ProfileNotValid) as reason:
            outcomes.append(type(reason).__name__)

    threads = [Thread(target=run, args=(save,)) for save in saves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.parametrize("_round", range(5))
def test_of_two_who_save_the_same_version_at_once_one_is_told(
    database: Database, owner: Identity, register: Register, change: Change, _round: int
):
    customer = register("Åsa", "Lind")

    outcomes = at_once(
        lambda: change(customer, seen=[1], last_name="Berg"),
        lambda: change(customer, seen=[1], last_name="Dahl"),
    )

    assert outcomes == ["ChangedMeanwhile", "saved"]
    assert now(database, owner, customer)[1].version == 2


@pytest.mark.parametrize("_round", range(5))
def test_two_customers_never_get_the_same_address(
    database: Database, owner: Identity, register: Register, change: Change, network_row, _round: int
):
    network_row("never")
    first, second = register("Åsa"), register("Bo")

    outcomes = at_once(
        lambda: change(first, email="both@shop.example"),
        lambda: change(second, email="Both@shop.example"),
    )

    assert outcomes == ["ProfileNotValid", "saved"]


# The address and the username


@pytest.mark.parametrize(
    "spelling",
    ["ASA@bücher.example", "asa@XN--BCHER-KVA.example", "asa@bu\u0308cher.example"],
)
def test_an_address_is_unique_however_it_is_written(register: Register, change: Change, spelling: str):
    register("Åsa", email="asa@bücher.example")
    other = register("Bo")

    with pytest.raises(ProfileNotValid) as refused:
        change(other, email=spelling)

    assert refused.value.fields == {"email": "This e-mail address already belongs to an account."}


def test_a_username_is_unique_as_signing_in_reads_it(register: Register, change: Change):
    register("Åsa", username="Åsa")
    other = register("Bo")

    with pytest.raises(ProfileNotValid) as refused:
        change(other, username="åSA")

    assert refused.value.fields == {"username": "This username already belongs to an account."}


def test_a_username_is_nobodys_address_and_the_other_way_round(register: Register, change: Change):
    first = register("Åsa", email="asa@shop.example", username="asa")
    register("Bo", email="bo@shop.example", username="eva@shop.example")

    with pytest.raises(ProfileNotValid, match="Nothing is saved") as as_username:
        change(first, username="BO@shop.example")
    with pytest.raises(ProfileNotValid, match="Nothing is saved") as as_address:
        change(first, email="eva@shop.example")

    assert (set(as_username.value.fields), set(as_address.value.fields)) == ({"username"}, {"email"})


def test_a_username_that_was_the_address_goes_along_with_it(
    database: Database, owner: Identity, register: Register, change: Change, network_row
):
    network_row()
    customer = register("Åsa", email="asa@shop.example")

    change(customer, email="hej@shop.example")

    account, _ = now(database, owner, customer)
    assert (account.username, account.username_key) == ("hej@shop.example", "hej@shop.example")


def test_without_a_username_the_address_is_one(
    database: Database, owner: Identity, register: Register, change: Change
):
    customer = register("Åsa", email="asa@shop.example", username="asa")

    change(customer, username="")

    assert now(database, owner, customer)[0].username == "asa@shop.example"


@pytest.mark.parametrize("policy", ["free", "always"])
def test_a_new_address_is_verified_again_and_both_addresses_are_told(
    database: Database, owner: Identity, register: Register, change: Change, *, network_row, policy: str
):
    network_row(policy)
    customer = register("Åsa", email="asa@shop.example", username="asa", verification="verified")

    published = change(customer, email="hej@shop.example")

    assert published == [
        CustomerChanged(customer_id=customer.id, fields=["email"]),
        VerificationChanged(customer_id=customer.id, status="pending"),
        VerificationAsked(customer_id=customer.id, how="change"),
    ]
    assert now(database, owner, customer)[1].verification == "pending"
    assert letters(database, owner) == [
        ("address_changed_old", "asa@shop.example", ""),
        ("address_changed_new", "hej@shop.example", ""),
        ("verify_email", "hej@shop.example", "verify"),
    ]


def test_a_network_that_never_verifies_asks_for_nothing(
    database: Database, owner: Identity, register: Register, change: Change, network_row
):
    network_row("never")
    customer = register("Åsa", email="asa@shop.example", verification="verified")

    change(customer, email="hej@shop.example")

    assert now(database, owner, customer)[1].verification == "none"
    assert [template for template, _, _ in letters(database, owner)] == [
        "address_changed_old", "address_changed_new",
    ]  # fmt: skip


def test_another_spelling_of_the_same_address_is_no_other_address(
    database: Database, owner: Identity, register: Register, change: Change, network_row
):
    network_row()
    customer = register("Åsa", email="asa@shop.example", username="asa", verification="verified")

    change(customer, email="Asa@shop.example")

    account, after = now(database, owner, customer)
    assert (account.email, after.verification) == ("Asa@shop.example", "verified")
    assert letters(database, owner) == []


def test_open_links_to_the_old_address_are_void(
    database: Database, owner: Identity, register: Register, change: Change, network_row
):
    network_row()
    customer = register("Åsa", email="asa@shop.example")
    with database.unit_of_work(owner) as uow:
        tokens = [one_time_tokens.issue(uow, customer.account_id, purpose) for purpose in ("verify", "reset")]

    change(customer, email="hej@shop.example")
    change(customer, email="asa@shop.example")

    with database.unit_of_work(owner) as uow:
        assert len(tokens) == 2
        assert all(uow.session.scalars(select(OneTimeToken.used_at)).all())
        with pytest.raises(one_time_tokens.LinkNotValid):
            one_time_tokens.find(uow, tokens[1], "reset")


@pytest.mark.parametrize("language", mails.LANGUAGES)
@pytest.mark.parametrize("template", ["address_changed_old", "address_changed_new"])
def test_the_notice_never_tells_one_address_of_the_other(
    database: Database, owner: Identity, network_row, register: Register, change: Change,
    *, template: str, language: str,
):  # fmt: skip
    network_row()
    customer = register("Åsa", email="asa@old.example", username="asa")
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).locale = language

    change(customer, email="hej@new.example")

    with database.unit_of_work(owner) as uow:
        mail = uow.session.scalars(select(Mail).where(Mail.template == template)).one()
    assert (mail.language, mail.customer_id) == (language, customer.id)
    own, other = ("old", "new") if template.endswith("old") else ("new", "old")
    assert f"{own}.example" in mail.text
    assert f"{other}.example" not in mail.text + mail.html + mail.subject


# Who may


def test_support_may_change_what_somebody_signs_in_with_and_finance_nothing(
    database: Database, owner: Identity, register: Register, change: Change, network_row
):
    network_row()
    customer = register("Åsa", "Lind")

    change(customer, by=signed_in(make_admin(database, owner, "support")), email="ny@shop.example")
    with pytest.raises(Forbidden, match=r"customers\.edit"):
        change(customer, by=signed_in(make_admin(database, owner, "finance")), first_name="Eva")

    assert now(database, owner, customer)[0].email == "ny@shop.example"


@pytest.mark.parametrize("field", ["email", "username"])
def test_to_edit_is_not_to_change_what_somebody_signs_in_with(
    owner: Identity, register: Register, change: Change, field: str
):
    editor = replace(owner, permissions=frozenset({"customers.edit"}))

    with pytest.raises(Forbidden, match=r"customers\.credentials"):
        change(register("Åsa"), by=editor, **{field: "eva@shop.example"})


@pytest.mark.parametrize(
    ("by", "role"),
    [("support", "owner"), ("support", "administrator"), ("support", "support"), ("support", "finance"),
     ("administrator", "owner"), ("administrator", "administrator"), ("owner", "owner")],
)  # fmt: skip
@pytest.mark.parametrize("field", ["email", "username"])
def test_nobody_takes_over_an_account_with_as_many_rights(
    database: Database, owner: Identity, register: Register, change: Change, network_row,
    *, by: str, role: str, field: str,
):  # fmt: skip
    network_row()
    customer = register("Åsa", email="asa@shop.example", username="asa", verification="none")
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).role = role
    admin = signed_in(make_admin(database, owner, by))

    with pytest.raises(LoginNotYours):
        change(customer, by=admin, first_name="Eva", **{field: "eva@shop.example"})

    account, _ = now(database, owner, customer)
    assert (account.first_name, account.email, account.username) == ("Åsa", "asa@shop.example", "asa")
    assert letters(database, owner) == []
    change(customer, by=admin, first_name="Eva")


def test_an_owner_changes_an_administrators_address_and_his_own(
    database: Database, owner: Identity, register: Register, change: Change, network_row
):
    network_row()
    customer = register("Åsa", email="asa@shop.example")
    himself = register("Bo", email="bo@shop.example")
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).role = "administrator"
        account = uow.get(Account, himself.account_id)
        account.role = "owner"
    bo = signed_in(account, himself)

    change(customer, by=bo, email="ny@shop.example")
    change(himself, by=bo, email="bosse@shop.example")

    emails = [now(database, owner, one)[0].email for one in (customer, himself)]
    assert emails == ["ny@shop.example", "bosse@shop.example"]


@pytest.mark.parametrize("fields", [{"first_name": "Eva"}, {"email": "eva@shop.example"}])
def test_on_a_visit_nobody_is_edited(
    owner: Identity, register: Register, change: Change, fields: dict[str, str]
):
    customer = register("Åsa")
    visit = replace(owner, account_id=customer.account_id, impersonator=new_id())

    with pytest.raises(Forbidden, match="Switch back first"):
        change(customer, by=visit, **fields)


def test_what_is_edited_of_an_address_is_what_is_shown_of_it():
    named = {field.removeprefix(BILLING) for field in FIELDS if field.startswith(BILLING)}

    assert named == set(BillingInfo.model_fields)
