"""Becoming an admin by a mailed link: it proves the address, works once, and can be taken back."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from time_machine import travel

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.access import ROLES, SITE_OWNER
from kernel.contracts.admins import InvitationAcceptance, InvitationOrder
from kernel.contracts.events import AdminInvited, InvitationWithdrawn
from kernel.database import Database
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.visiting import NotOnAVisit
from services.customers.accounts import admins, invitations, one_time_tokens
from services.customers.accounts.admins import TooHigh
from services.customers.accounts.confirmation import SessionEnded, confirm
from services.customers.accounts.invitations import AlreadyAdmin
from services.customers.accounts.one_time_tokens import LinkNotValid
from services.customers.models import Account, AuditLine, Invitation, Mail, Network
from services.customers.queries.admins import admins_list
from services.customers.sign_ins.first_step import WrongCredentials, authenticate
from tests.customers.conftest import PASSWORD, Register, credentials, make_admin, signed_in
from tests.customers.test_admins import at_once, audit_lines

NEW = "new colleague, Long 1"


@pytest.fixture(autouse=True)
def known_network(database: Database, owner: Identity) -> None:
    with database.unit_of_work(owner) as uow:
        uow.add(Network(slug=f"n{owner.network_id.hex[-10:]}", currency="SEK", name="Nordljus"))


@pytest.fixture
def ann(database: Database, owner: Identity) -> Account:
    return make_admin(database, owner, "owner", "Ann")


@pytest.fixture
def gateway(owner: Identity) -> Identity:
    return Identity.gateway(owner.network_id)


def invite(database: Database, by: Identity, email: str = "bo@office.example", role: str = "support") -> UUID:
    with database.unit_of_work(by) as uow:
        return invitations.invite(uow, InvitationOrder(email=email, name="Bo", role=role)).id  # type: ignore[arg-type]


def link(database: Database, owner: Identity, invitation_id: UUID) -> str:
    """Make the link as the worker does when it sends the mail."""
    with database.unit_of_work(owner) as uow:
        return one_time_tokens.issue(uow, uow.get(Invitation, invitation_id).account_id, "invite")


def accept(database: Database, gateway: Identity, token: str, **more: str) -> UUID:
    given = InvitationAcceptance.model_validate({"token": token, "name": "Bo Ek", "password": NEW} | more)
    return invitations.accept(database, gateway, given).account_id


def account_of(database: Database, owner: Identity, email: str) -> Account | None:
    with database.unit_of_work(owner) as uow:
        return uow.session.scalar(select(Account).where(Account.email_key == email))


def mails_to(database: Database, owner: Identity, email: str) -> list[Mail]:
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(Mail).where(Mail.to == email)))


def test_an_invitation_is_a_mail_with_a_link_and_an_account_that_can_do_nothing(database, owner, ann):
    with database.unit_of_work(signed_in(ann)) as uow:
        made = invitations.invite(uow, InvitationOrder(email="Bo@Office.example", name="Bo", role="support"))
        assert uow.published == [AdminInvited(account_id=made.account_id, role="support")]

    mail = mails_to(database, owner, "Bo@office.example")[0]
    account = account_of(database, owner, "bo@office.example")
    assert (mail.template, mail.link, mail.account_id) == ("invitation", "invite", account.id)
    assert "Ann invites you to help look after Nordljus. Your role will be: support." in mail.text
    assert (account.role, account.password_hash) == (None, None)


def test_who_accepts_has_the_role_and_signs_in_with_his_password(database, owner, gateway, ann):
    token = link(database, owner, invite(database, signed_in(ann)))

    account_id = accept(database, gateway, token)

    standing = authenticate(database, gateway, credentials("bo@office.example", NEW))
    assert (standing.account_id, standing.name, standing.role) == (account_id, "Bo Ek", "support")
    line = audit_lines(database, owner, account_id)[-1]
    assert (line.action, line.actor) == ("invitation accepted", f"account:{account_id}")
    assert (line.before, line.after) == ({"role": None}, {"role": "support"})
    assert line.details == {"invited_by": str(ann.id)}


def test_a_link_works_once(database, owner, gateway, ann):
    token = link(database, owner, invite(database, signed_in(ann)))
    accept(database, gateway, token)

    with pytest.raises(LinkNotValid):
        accept(database, gateway, token, password="another Password 2")
    with pytest.raises(WrongCredentials):
        authenticate(database, gateway, credentials("bo@office.example", "another Password 2"))


def test_of_two_browsers_that_accept_at_once_one_gets_in(database, owner, gateway, ann):
    token = link(database, owner, invite(database, signed_in(ann)))
    outcomes: list[str] = []

    def arrive(password: str) -> None:
        try:
            accept(database, gateway, token, password=password)
            outcomes.append(password)
        except LinkNotValid:
            outcomes.append("refused")

    at_once(lambda: arrive("first Password 1"), lambda: arrive("second Password 2"))

    assert outcomes.count("refused") == 1
    winner = next(one for one in outcomes if one != "refused")
    assert authenticate(database, gateway, credentials("bo@office.example", winner)).role == "support"


def test_looking_at_the_page_changes_nothing(database, owner, gateway, ann):
    token = link(database, owner, invite(database, signed_in(ann)))

    for _ in range(10):
        with database.unit_of_work(gateway) as uow:
            seen = invitations.shown(uow, token)

    assert (seen.email, seen.name, seen.role) == ("bo@office.example", "Bo", "support")
    assert (seen.invited_by, seen.is_known) == ("Ann", False)
    assert accept(database, gateway, token)


def test_a_customer_gets_the_role_on_his_own_account_and_a_password_nobody_else_chose(
    database, owner, gateway, ann, register: Register
):
    customer = register("Bo", "Ek", email="bo@office.example")
    token = link(database, owner, invite(database, signed_in(ann)))

    with database.unit_of_work(gateway) as uow:
        assert invitations.shown(uow, token).is_known
    account_id = accept(database, gateway, token, name="")

    assert account_id == customer.account_id
    assert authenticate(database, gateway, credentials("bo@office.example", NEW)).role == "support"
    with pytest.raises(WrongCredentials):
        authenticate(database, gateway, credentials("bo@office.example", PASSWORD))


def test_a_link_dies_after_seven_days(database, owner, gateway, ann):
    token = link(database, owner, invite(database, signed_in(ann)))

    with travel(clock.now() + timedelta(days=7, seconds=5), tick=False), pytest.raises(LinkNotValid):
        accept(database, gateway, token)


def test_sending_again_voids_the_old_link(database, owner, gateway, ann):
    invitation_id = invite(database, signed_in(ann))
    old = link(database, owner, invitation_id)

    with database.unit_of_work(signed_in(ann)) as uow:
        invitations.send_again(uow, invitation_id)

    with pytest.raises(LinkNotValid):
        accept(database, gateway, old)
    assert len(mails_to(database, owner, "bo@office.example")) == 2
    assert accept(database, gateway, link(database, owner, invitation_id))


def test_a_withdrawn_invitation_opens_nothing_and_frees_the_address(database, owner, gateway, ann, register):
    invitation_id = invite(database, signed_in(ann))
    token = link(database, owner, invitation_id)
    with pytest.raises(WrongCredentials):
        authenticate(database, gateway, credentials("bo@office.example"))

    with database.unit_of_work(signed_in(ann)) as uow:
        invitations.withdraw(uow, invitation_id)
        assert [type(event) for event in uow.published] == [InvitationWithdrawn]

    with pytest.raises(LinkNotValid):
        accept(database, gateway, token)
    assert account_of(database, owner, "bo@office.example") is None
    assert register("Bo", "Ek", email="bo@office.example")


def test_withdrawing_leaves_a_customer_as_he_was(database, owner, gateway, ann, register: Register):
    customer = register("Bo", "Ek", email="bo@office.example")
    invitation_id = invite(database, signed_in(ann))
    token = link(database, owner, invitation_id)

    with database.unit_of_work(signed_in(ann)) as uow:
        invitations.withdraw(uow, invitation_id)
    late = link(database, owner, invitation_id)  # the mail was on its way already

    for dead in (token, late):
        with pytest.raises(LinkNotValid):
            accept(database, gateway, dead)
    assert account_of(database, owner, "bo@office.example").id == customer.account_id


def test_withdrawn_and_accepted_at_once_is_one_or_the_other(database, owner, gateway, ann):
    invitation_id = invite(database, signed_in(ann))
    token = link(database, owner, invitation_id)
    refused: list[str] = []

    def withdraw() -> None:
        try:
            with database.unit_of_work(signed_in(ann)) as uow:
                invitations.withdraw(uow, invitation_id)
        except NotFound:
            refused.append("withdrawal")

    def arrive() -> None:
        try:
            accept(database, gateway, token)
        except LinkNotValid:
            refused.append("acceptance")

    at_once(withdraw, arrive)

    account = account_of(database, owner, "bo@office.example")
    assert len(refused) == 1
    assert (account is not None and account.role == "support") == (refused == ["withdrawal"])


@pytest.mark.parametrize("again", ["bo@office.example", "BO@OFFICE.EXAMPLE", "bo@OFFICE.example"])
def test_an_address_is_invited_once_however_it_is_written(database, owner, ann, again: str):
    invite(database, signed_in(ann))

    with pytest.raises(AlreadyAdmin, match="invited already") as refusal:
        invite(database, signed_in(ann), again)
    assert list(refusal.value.fields) == ["email"]


def test_two_who_invite_the_same_stranger_at_once_invite_him_once(database, owner, ann):
    refused: list[Exception] = []

    def ask() -> None:
        try:
            invite(database, signed_in(ann))
        except AlreadyAdmin as refusal:
            refused.append(refusal)

    at_once(ask, ask)

    assert len(refused) == 1
    assert len(mails_to(database, owner, "bo@office.example")) == 1


def test_nobody_is_invited_by_who_was_removed_meanwhile(database, owner, ann):
    bo = make_admin(database, owner, "owner", "Bo")
    with database.unit_of_work(signed_in(bo)) as uow:
        confirm(uow)
        with database.unit_of_work(signed_in(ann)) as other:
            admins.remove(other, bo.id)

        with pytest.raises(SessionEnded):
            invitations.invite(uow, InvitationOrder(email="friend@office.example", name="", role="owner"))

    assert mails_to(database, owner, "friend@office.example") == []


def test_an_admin_cannot_be_invited(database, owner, ann):
    with pytest.raises(AlreadyAdmin, match="administrator already"):
        invite(database, signed_in(ann), ann.email)


def test_a_closed_account_cannot_be_invited(database, owner, ann, register: Register):
    customer = register("Bo", email="bo@office.example")
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).is_active = False

    with pytest.raises(AlreadyAdmin, match="not active"):
        invite(database, signed_in(ann))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_only_an_owner_invites(database, owner, role):
    other = make_admin(database, owner, role, "Bea")

    with pytest.raises(Forbidden):
        invite(database, signed_in(other))
    assert account_of(database, owner, "bo@office.example") is None


def test_a_key_invites_to_no_role_above_its_scopes(database, owner):
    key = Identity(owner.network_id, "command", ROLES["auditor"] | {"network.settings"})

    with pytest.raises(TooHigh, match="that role may do more than you"):
        invite(database, key, role="support")
    assert invite(database, key, role="auditor")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "  "}, "name"),
        ({"password": "kort1A"}, "password.length"),
        ({"password": "Bo@Office.example1"}, "password.login"),
    ],
)
def test_name_and_password_are_asked_and_nothing_is_kept_without(
    database, owner, gateway, ann, *, more: dict[str, str], field: str
):
    token = link(database, owner, invite(database, signed_in(ann)))

    with pytest.raises(Invalid) as refusal:
        accept(database, gateway, token, **more)

    assert list(refusal.value.fields) == [field]
    assert account_of(database, owner, "bo@office.example").role is None
    assert accept(database, gateway, token)


def test_who_became_an_admin_otherwise_meanwhile_cannot_accept(database, owner, gateway, ann, register):
    customer = register("Bo", email="bo@office.example")
    token = link(database, owner, invite(database, signed_in(ann), role="owner"))
    with database.unit_of_work(owner) as uow:
        uow.get(Account, customer.account_id).role = "auditor"

    with pytest.raises(LinkNotValid):
        accept(database, gateway, token)
    assert account_of(database, owner, "bo@office.example").role == "auditor"


def test_the_list_shows_what_is_open(database, owner, gateway, ann):
    accept(database, gateway, link(database, owner, invite(database, signed_in(ann), "c@office.example")))
    invite(database, signed_in(ann))

    with database.unit_of_work(signed_in(ann)) as uow:
        found = admins_list(uow)

    waiting = [(one.name, one.email, one.role, one.invited_by) for one in found.invitations]
    assert waiting == [("Bo", "bo@office.example", "support", "Ann")]
    assert found.invitations[0].expires_at - found.invitations[0].sent_at == timedelta(days=7)
    assert {admin.email for admin in found.admins} == {ann.email, "c@office.example"}


def test_another_networks_invitation_looks_like_none(database, owner, ann):
    invitation_id = invite(database, signed_in(ann))
    foreign = Identity.command(UUID(int=7))

    for change in (invitations.send_again, invitations.withdraw):
        with pytest.raises(NotFound, match="no such invitation"), database.unit_of_work(foreign) as uow:
            change(uow, invitation_id)


def test_nothing_of_it_is_done_during_a_visit(database, owner, ann, register: Register):
    visited = register("Åsa")
    invitation_id = invite(database, signed_in(ann))
    visit = Identity(
        owner.network_id, f"account:{visited.account_id}", SITE_OWNER | ROLES["owner"],
        account_id=visited.account_id, customer_id=visited.id, impersonator=ann.id, epoch=ann.epoch,
    )  # fmt: skip

    with pytest.raises(NotOnAVisit):
        invite(database, visit, "c@office.example")
    for change in (invitations.send_again, invitations.withdraw):
        with pytest.raises(NotOnAVisit), database.unit_of_work(visit) as uow:
            change(uow, invitation_id)


def test_the_audit_log_holds_no_secret_of_it(database, owner, gateway, ann):
    token = link(database, owner, invite(database, signed_in(ann)))
    accept(database, gateway, token)

    with database.unit_of_work(owner) as uow:
        lines = [
            str((line.before, line.after, line.details)) for line in uow.session.scalars(select(AuditLine))
        ]
    assert not any(token in line or NEW in line or "argon2" in line for line in lines)


def test_who_was_removed_is_invited_again_on_the_same_account(database, owner, gateway, ann):
    account_id = accept(database, gateway, link(database, owner, invite(database, signed_in(ann))))
    with database.unit_of_work(signed_in(ann)) as uow:
        admins.remove(uow, account_id)
    with pytest.raises(WrongCredentials):
        authenticate(database, gateway, credentials("bo@office.example", NEW))

    again = link(database, owner, invite(database, signed_in(ann), role="auditor"))

    assert accept(database, gateway, again, name="", password=NEW) == account_id
    assert authenticate(database, gateway, credentials("bo@office.example", NEW)).role == "auditor"


DEMOTIONS = {
    "demote": lambda uow, account_id: admins.change_role(uow, account_id, "administrator"),
    "deactivate": admins.deactivate,
    "remove": admins.remove,
}


@pytest.mark.parametrize("demotion", DEMOTIONS)
def test_an_open_invitation_goes_with_the_right_to_invite(database, owner, gateway, ann, demotion: str):
    other = make_admin(database, owner, "owner", "Cia")
    token = link(database, owner, invite(database, signed_in(ann)))
    kept = link(database, owner, invite(database, signed_in(other), email="kim@office.example"))

    with database.unit_of_work(signed_in(other)) as uow:
        DEMOTIONS[demotion](uow, ann.id)
        withdrawn = [event for event in uow.published if isinstance(event, InvitationWithdrawn)]

    assert [event.role for event in withdrawn] == ["support"]
    with pytest.raises(LinkNotValid):
        accept(database, gateway, token)
    assert account_of(database, owner, "bo@office.example") is None
    assert accept(database, gateway, kept)


def test_an_inviter_who_keeps_the_right_keeps_his_invitations(database, owner, gateway, ann):
    other = make_admin(database, owner, "owner", "Cia")
    token = link(database, owner, invite(database, signed_in(ann)))

    with database.unit_of_work(signed_in(other)) as uow:
        admins.end_sessions(uow, ann.id)

    assert accept(database, gateway, token)
