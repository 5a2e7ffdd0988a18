"""A customer handed over to another sign-in: who gets in afterwards, what ends, and what is refused."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from kernel.auth import Identity
from kernel.contracts.events import CustomerHandedOver, InvitationWithdrawn
from kernel.contracts.handovers import HandedOver, HandoverOrder
from kernel.database import Database
from kernel.errors import Forbidden, NotFound
from kernel.ids import new_id
from kernel.visiting import NotOnAVisit
from services.customers.accounts import one_time_tokens
from services.customers.deletion import asking as deletions
from services.customers.models import (
    Account,
    AuditLine,
    Customer,
    Invitation,
    Mail,
    SignInAttempt,
    TimelineLine,
)
from services.customers.profiles import handovers
from services.customers.profiles.handovers import HandoverRefused
from services.customers.profiles.logins import LoginNotYours
from services.customers.profiles.rules import ProfileNotValid
from services.customers.queries.page import customer_page
from services.customers.sign_ins.first_step import WrongCredentials, authenticate
from tests.customers.conftest import Listing, Register, credentials, make_admin, signed_in
from tests.customers.test_admins import at_once
from tests.customers.test_invitations import invite
from tests.mailing import found_network


@pytest.fixture
def customer(database: Database, owner: Identity, register: Register) -> Customer:
    found_network(database, owner, verification="always")
    return register("Åsa", "Berg", email="asa@shop.example", verification="verified")


def hand_over(database: Database, by: Identity, customer: Customer, **order: object) -> HandedOver:
    with database.unit_of_work(by) as uow:
        return handovers.hand_over(uow, customer.id, HandoverOrder.model_validate(order))


def enter(database: Database, owner: Identity, customer: Customer, login: str) -> object:
    given = credentials(login, door="site", customer_id=str(customer.id))
    return authenticate(database, Identity.gateway(owner.network_id), given)


def account_of(database: Database, owner: Identity, email: str) -> Account | None:
    with database.unit_of_work(owner) as uow:
        return uow.session.scalar(select(Account).where(Account.email_key == email))


def letters(database: Database, owner: Identity) -> list[tuple[str, str, str]]:
    with database.unit_of_work(owner) as uow:
        found = uow.session.scalars(select(Mail).order_by(Mail.template))
        return [(mail.template, mail.to, mail.link) for mail in found]


def state(database: Database, owner: Identity, customer: Customer) -> tuple[object, ...]:
    with database.unit_of_work(owner) as uow:
        now = uow.get(Customer, customer.id)
        accounts = uow.session.scalar(select(func.count()).select_from(Account))
        return now.account_id, now.version, accounts, len(letters(database, owner))


def test_a_new_account_takes_over_and_the_former_is_gone(database, owner, customer, listing: Listing):
    enter(database, owner, customer, "asa@shop.example")
    admin = signed_in(make_admin(database, owner, "support"))

    with database.unit_of_work(admin) as uow:
        order = HandoverOrder(email="bo@shop.example", first_name="Bo", last_name="Ek")
        done = handovers.hand_over(uow, customer.id, order)
        told = [event for event in uow.published if isinstance(event, CustomerHandedOver)]

    made = account_of(database, owner, "bo@shop.example")
    assert (done.account_id, done.former_account_id) == (made.id, customer.account_id)
    assert told == [
        CustomerHandedOver(
            customer_id=customer.id,
            account_id=made.id,
            former_account_id=customer.account_id,
            former_is_kept=False,
        )
    ]
    assert account_of(database, owner, "asa@shop.example") is None
    with pytest.raises(WrongCredentials):
        enter(database, owner, customer, "asa@shop.example")
    assert [row.name for row in listing(q="bo ek").items] == ["Bo Ek"]
    assert listing(q="asa").items == []
    with database.unit_of_work(owner) as uow:
        page = customer_page(uow, customer.id)
        assert uow.session.scalars(select(SignInAttempt)).all() == []
    assert (page.number, page.email, page.verification) == (customer.number, "bo@shop.example", "pending")
    assert (page.last_sign_in_at, page.is_online, page.sign_ins) == (None, False, [])


def test_both_are_told_and_the_new_one_chooses_a_password_and_confirms_his_address(database, owner, customer):
    hand_over(database, owner, customer, email="bo@shop.example")

    assert letters(database, owner) == [
        ("handed_over_new", "bo@shop.example", "reset"),
        ("handed_over_old", "asa@shop.example", ""),
        ("verify_email", "bo@shop.example", "verify"),
    ]


def test_it_is_written_down_with_before_and_after(database, owner, customer):
    admin = signed_in(make_admin(database, owner, "support"))

    done = hand_over(database, admin, customer, email="bo@shop.example", first_name="Bo")

    with database.unit_of_work(owner) as uow:
        (line,) = uow.session.scalars(select(AuditLine).where(AuditLine.object_id == customer.id))
    assert (line.action, line.actor) == ("customer handed over", admin.actor)
    assert line.before == {
        "email": "asa@shop.example", "name": "Åsa Berg", "account": str(customer.account_id)
    }  # fmt: skip
    assert line.after == {"email": "bo@shop.example", "name": "Bo", "account": str(done.account_id)}
    assert line.details == {"former_is_kept": False}


def test_links_that_the_former_one_has_open_nothing(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        for purpose in ("verify", "reset"):
            one_time_tokens.issue(uow, customer.account_id, purpose)

    done = hand_over(database, owner, customer, email="bo@shop.example")

    assert done.ended is not None
    assert (done.ended.reset_links, done.ended.verify_links, done.ended.epoch) == (1, 1, 2)


def test_an_admins_account_takes_over_and_keeps_its_own_name_and_password(database, owner, customer):
    ada = make_admin(database, owner, "support", "Ada")

    done = hand_over(database, owner, customer, email=ada.email, first_name="Other", attaches=True)

    assert done.account_id == ada.id
    assert enter(database, owner, customer, ada.email).customer_id == customer.id
    with database.unit_of_work(owner) as uow:
        account = uow.get(Account, ada.id)
    assert (account.first_name, account.role, account.epoch) == ("Ada", "support", 1)
    assert ("handed_over_known", ada.email, "") in letters(database, owner)


def test_a_former_account_that_is_an_admins_stays_one_with_its_history(database, owner, customer):
    enter(database, owner, customer, "asa@shop.example")
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).role = "support"

    done = hand_over(database, owner, customer, email="bo@shop.example")

    gateway = Identity.gateway(owner.network_id)
    standing = authenticate(database, gateway, credentials("asa@shop.example"))
    assert (standing.role, standing.customer_id, standing.epoch) == ("support", None, 2)
    with pytest.raises(WrongCredentials):
        enter(database, owner, customer, "asa@shop.example")
    assert done.former_account_id == customer.account_id
    with database.unit_of_work(owner) as uow:
        history = select(SignInAttempt.succeeded).where(SignInAttempt.account_id == customer.account_id)
        assert uow.session.scalars(history).all() == [True, True, False]


def test_a_second_click_changes_nothing(database, owner, customer):
    order = {"email": "bo@shop.example", "seen": customer.account_id}
    first = hand_over(database, owner, customer, **order)
    before = state(database, owner, customer)

    again = hand_over(database, owner, customer, **order)

    assert again == HandedOver(account_id=first.account_id)
    assert state(database, owner, customer) == before


def test_two_who_click_at_once_hand_over_once(database, owner, customer):
    order = {"email": "bo@shop.example", "seen": customer.account_id}

    failures = at_once(*[lambda: hand_over(database, owner, customer, **order) and None] * 2)

    assert failures == [None, None]
    with database.unit_of_work(owner) as uow:
        lines = uow.session.scalars(select(AuditLine.action).where(AuditLine.object_id == customer.id)).all()
    assert lines == ["customer handed over"]


def test_who_saw_another_account_is_told_to_look_again(database, owner, customer):
    hand_over(database, owner, customer, email="bo@shop.example")
    before = state(database, owner, customer)

    with pytest.raises(HandoverRefused, match="meanwhile"):
        hand_over(database, owner, customer, email="cia@shop.example", seen=customer.account_id)

    assert state(database, owner, customer) == before


def refused(database: Database, by: Identity, customer: Customer, **order: object) -> str:
    with pytest.raises(ProfileNotValid) as refusal:
        hand_over(database, by, customer, **order)
    return refusal.value.fields["email"]


def test_an_account_that_cannot_take_over_is_refused_with_a_sentence(database, owner, customer, register):
    register("Bo", email="bo@shop.example")
    closed = make_admin(database, owner, "support", "Cia")
    ada = make_admin(database, owner, "finance", "Ada")
    with database.unit_of_work(owner) as uow:
        uow.get(Account, closed.id).is_active = False
    support = signed_in(make_admin(database, owner, "support", "Dan"))
    before = state(database, owner, customer)

    said = [
        refused(database, owner, customer, email="BO@shop.example", attaches=True),
        refused(database, owner, customer, email=closed.email, attaches=True),
        refused(database, owner, customer, email=ada.email),
        refused(database, support, customer, email=ada.email, attaches=True),
        refused(database, owner, customer, email="asa@shop.example", seen=customer.account_id),
        refused(database, owner, customer, email="nobody"),
    ]

    assert said == [
        "This is the address of customer 2 already, and an account is one customer's.",
        "The account with this address is not active.",
        "This is the address of Ada, who is finance of the network and no customer.",
        "This e-mail address already belongs to an account.",
        "This is the address with which the customer signs in already.",
        "An e-mail address has an @ in it.",
    ]
    assert state(database, owner, customer) == before


def test_an_equal_takes_no_customer_from_an_equal(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).role = "support"
    support = signed_in(make_admin(database, owner, "support"))

    with pytest.raises(LoginNotYours):
        hand_over(database, support, customer, email="bo@shop.example")


def test_it_takes_the_permission_and_no_visit(database, owner, customer):
    viewer = signed_in(make_admin(database, owner, "finance"))
    visit = replace(owner, account_id=new_id(), impersonator=new_id())

    with pytest.raises(Forbidden, match=r"customers\.credentials"):
        hand_over(database, viewer, customer, email="bo@shop.example")
    with pytest.raises(NotOnAVisit):
        hand_over(database, visit, customer, email="bo@shop.example")
    with pytest.raises(NotFound), database.unit_of_work(owner) as uow:
        handovers.hand_over(uow, new_id(), HandoverOrder(email="bo@shop.example"))


def test_who_is_being_deleted_is_not_handed_over(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        deletions.request_deletion(uow, customer.id, way="everything")

    with pytest.raises(HandoverRefused, match="being deleted"):
        hand_over(database, owner, customer, email="bo@shop.example")


def test_an_invitation_of_the_former_account_is_withdrawn(database, owner, customer):
    ann = make_admin(database, owner, "owner", "Ann")
    invite(database, signed_in(ann), email="asa@shop.example")

    with database.unit_of_work(owner) as uow:
        handovers.hand_over(uow, customer.id, HandoverOrder(email="bo@shop.example"))
        told = [type(event) for event in uow.published]

    assert InvitationWithdrawn in told
    assert account_of(database, owner, "asa@shop.example") is None
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Invitation)).all() == []


def test_looking_says_what_would_change_and_changes_nothing(database, owner, customer):
    enter(database, owner, customer, "asa@shop.example")
    ada = make_admin(database, owner, "support", "Ada")
    before = state(database, owner, customer)

    with database.unit_of_work(owner) as uow:
        new = handovers.look(uow, customer.id, HandoverOrder(email="bo@shop.example", first_name="Bo"))
        known = handovers.look(uow, customer.id, HandoverOrder(email=ada.email))

    assert (new.former.name, new.former_stays, new.sign_ins) == ("Åsa Berg", False, 1)
    assert (new.next.name, new.is_new, new.gets_link, new.verification) == ("Bo", True, True, "pending")
    assert (known.next.name, known.next.role, known.is_new, known.gets_link) == (
        "Ada",
        "support",
        False,
        False,
    )
    assert state(database, owner, customer) == before


def test_what_the_former_one_did_stays_without_his_name(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        uow.add(
            TimelineLine(
                id=new_id(), at=uow.now, type="account.signed_in", actor=f"account:{customer.account_id}",
                actor_id=customer.account_id, facts={},
            )
        )  # fmt: skip

    hand_over(database, owner, customer, email="bo@shop.example")

    with database.unit_of_work(owner) as uow:
        (line,) = uow.session.scalars(select(TimelineLine))
    assert (line.actor, line.actor_id) == ("former customer", None)


def test_the_mail_of_the_former_one_stays_with_the_customer_and_goes_with_him(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        uow.add(
            Mail(
                id=new_id(), to="asa@shop.example", account_id=customer.account_id, reason="x", template="x",
                language="en", subject="x", html="", text="",
            )
        )  # fmt: skip

    hand_over(database, owner, customer, email="bo@shop.example")

    with database.unit_of_work(owner) as uow:
        whose = select(Mail.account_id, Mail.customer_id).where(Mail.template == "x")
        assert uow.session.execute(whose).all() == [(None, customer.id)]
