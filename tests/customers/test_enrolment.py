"""Customers registered by hand: the rules of an edit, a welcome, and nobody twice."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.events import CustomerRegistered
from kernel.contracts.profiles import NewProfile
from kernel.database import Database
from kernel.errors import Forbidden
from kernel.ids import new_id
from services.customers.models import Account, AuditLine, Customer, Mail, Network
from services.customers.profiles.enrolment import AccountIsThere, enrol
from services.customers.profiles.rules import ProfileNotValid
from tests.customers.conftest import Listing, Register, make_admin, signed_in

Enrol = Callable[..., Customer]


@pytest.fixture(autouse=True)
def known_network(database: Database, owner: Identity) -> None:
    with database.unit_of_work(owner) as uow:
        slug = f"n{owner.network_id.hex[-10:]}"
        uow.add(Network(network_id=owner.network_id, slug=slug, currency="SEK", name="Nordljus"))


@pytest.fixture
def register_by_hand(database: Database, owner: Identity) -> Enrol:
    def make(
        *, by: Identity | None = None, invites: bool = False, attaches: bool = False, **profile: str
    ) -> Customer:
        with database.unit_of_work(by or owner) as uow:
            new = NewProfile(how="console", profile=profile, invites=invites, attaches=attaches)
            return enrol(uow, new)

    return make


def templates(database: Database, owner: Identity) -> list[tuple[str, str]]:
    with database.unit_of_work(owner) as uow:
        sent = uow.session.scalars(select(Mail).order_by(Mail.id)).all()
        return [(mail.template, mail.link) for mail in sent]


def test_the_address_is_enough(database: Database, owner: Identity, register_by_hand: Enrol):
    customer = register_by_hand(email=" Asa@Shop.example ")

    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, customer.account_id)
    assert (account.email, account.username) == ("Asa@shop.example", "Asa@shop.example")
    assert (account.password_hash, customer.number, customer.verification) == (None, 1, "pending")
    assert templates(database, owner) == [("verify_email", "verify")]


def test_everything_is_kept_found_told_and_written_down(
    database: Database, owner: Identity, register_by_hand: Enrol, listing: Listing
):
    admin = signed_in(make_admin(database, owner))
    profile = {
        "email": "asa@shop.example", "username": "asa", "first_name": "Åsa", "phone": "070-174 06 05",
        "locale": "sv", "time_zone": "Europe/Stockholm",
        "billing_country": "SE", "billing_company": "Berg AB",
    }  # fmt: skip

    with database.unit_of_work(admin) as uow:
        customer = enrol(uow, NewProfile(how="console", profile=profile, invites=False))
        told = [one for one in uow.published if isinstance(one, CustomerRegistered)]

    assert [(one.customer_id, one.how) for one in told] == [(customer.id, "console")]
    assert [row.id for row in listing(q="berg asa").items] == [customer.id]
    with database.unit_of_work(owner) as uow:
        account, kept = uow.get(Account, customer.account_id), uow.get(Customer, customer.id)
        line = uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id)).one()
    assert (account.locale, account.time_zone) == ("sv", "Europe/Stockholm")
    assert (kept.phone, kept.billing_country) == ("+46701740605", "SE")
    assert (line.actor, line.action) == (admin.actor, "customer registered")
    assert line.after == profile | {"phone": "+46701740605"}


def test_who_is_invited_is_sent_a_link_to_choose_a_password_in_his_language(
    database: Database, owner: Identity, register_by_hand: Enrol
):
    customer = register_by_hand(email="asa@shop.example", locale="sv", invites=True)

    assert ("welcome", "reset") in templates(database, owner)
    with database.unit_of_work(owner) as uow:
        mail = uow.session.scalars(select(Mail).where(Mail.template == "welcome")).one()
    assert (mail.subject, mail.customer_id) == ("Välkommen till Nordljus", customer.id)


def test_everything_that_is_wrong_is_told_and_nobody_is_registered(
    database: Database, owner: Identity, register_by_hand: Enrol, register: Register
):
    register("Bo", email="bo@shop.example", username="bo")

    with pytest.raises(ProfileNotValid) as refused:
        register_by_hand(username="BO", phone="soon", billing_city="Umeå")

    assert set(refused.value.fields) == {"email", "username", "phone", "billing_country"}
    with database.unit_of_work(owner) as uow:
        assert len(uow.session.scalars(select(Customer)).all()) == 1


def test_an_address_that_is_taken_is_told_once(register_by_hand: Enrol, register: Register):
    register("Bo", email="bo@shop.example")

    with pytest.raises(ProfileNotValid) as refused:
        register_by_hand(email="BO@shop.example")

    assert refused.value.fields == {
        "email": "This is the address of customer 1 already, and an account is one customer's."
    }


@pytest.mark.parametrize("_round", range(3))
def test_of_two_who_register_the_same_address_at_once_one_is_told(register_by_hand: Enrol, _round: int):
    start, outcomes = Barrier(2), []

    def run() -> None:
        start.wait()
        try:
            register_by_hand(email="both@shop.example")
            outcomes.append("registered")
        except ProfileNotValid as reason:
            outcomes.append(sorted(reason.fields)[0])

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["email", "registered"]


def test_it_takes_the_permission_and_no_visit(owner: Identity, register_by_hand: Enrol):
    viewer = replace(owner, permissions=frozenset({"customers.view"}))
    visit = replace(owner, account_id=new_id(), impersonator=new_id())

    with pytest.raises(Forbidden, match=r"customers\.edit"):
        register_by_hand(by=viewer, email="asa@shop.example")
    with pytest.raises(Forbidden, match="Switch back first"):
        register_by_hand(by=visit, email="asa@shop.example")


def test_an_admins_account_becomes_a_customers_when_that_is_wanted(
    database: Database, owner: Identity, register_by_hand: Enrol, listing: Listing
):
    ada = make_admin(database, owner, "support", "Ada")

    customer = register_by_hand(
        email=ada.email, first_name="Other", billing_company="Berg AB", attaches=True, invites=True
    )

    assert customer.account_id == ada.id
    assert [row.name for row in listing(q="ada").items] == ["Ada"]
    with database.unit_of_work(owner) as uow:
        line = uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id)).one()
        assert uow.get(Account, ada.id).role == "support"
    assert line.after == {"email": ada.email, "account": str(ada.id), "billing_company": "Berg AB"}
    assert line.details == {"is_attached": True}
    assert templates(database, owner) == [("verify_email", "verify")]  # he has a password already


def test_who_sees_admins_is_told_whose_account_it_is_and_nothing_is_attached_unasked(
    database: Database, owner: Identity, register_by_hand: Enrol
):
    ada = make_admin(database, owner, "support", "Ada")

    with pytest.raises(AccountIsThere) as told:
        register_by_hand(email=ada.email, billing_city="Umeå")

    assert (
        told.value.fields["email"]
        == "This is the address of Ada, who is support of the network and no customer."
    )
    assert set(told.value.fields) == {"email", "billing_country"}
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Customer)).all() == []


def test_who_does_not_see_admins_is_told_no_more_than_that_the_address_is_taken(
    database: Database, owner: Identity, register_by_hand: Enrol
):
    ada = make_admin(database, owner, "finance", "Ada")
    support = signed_in(make_admin(database, owner, "support"))

    with pytest.raises(ProfileNotValid) as refused:
        register_by_hand(by=support, email=ada.email, attaches=True)

    assert refused.value.code == "ProfileNotValid"
    assert refused.value.fields == {"email": "This e-mail address already belongs to an account."}


def test_of_two_who_attach_the_same_account_at_once_one_is_told(
    database: Database, owner: Identity, register_by_hand: Enrol
):
    ada = make_admin(database, owner, "support", "Ada")
    start, outcomes = Barrier(2), []

    def run() -> None:
        start.wait()
        try:
            outcomes.append(register_by_hand(email=ada.email, attaches=True).number)
        except ProfileNotValid as reason:
            outcomes.append(str(reason.fields["email"]))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes, key=str) == [
        1,
        "This is the address of customer 1 already, and an account is one customer's.",
    ]
