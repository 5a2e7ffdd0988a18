"""Becoming an admin: by a link that was mailed to the address, and works once."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.access import Role
from kernel.contracts.admins import InvitationAcceptance, InvitationAccepted, InvitationOrder, InvitationShown
from kernel.contracts.events import AdminCreated, AdminInvited
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, Conflict, Invalid, NotFound
from kernel.ids import new_id
from services.customers import audit
from services.customers.accounts import (
    accounts,
    admins,
    one_time_tokens,
    password_links,
    passwords,
    withdrawals,
)
from services.customers.accounts.confirmation import confirm
from services.customers.accounts.one_time_tokens import LIFETIMES, LinkNotValid
from services.customers.accounts.visiting import refuse_on_a_visit
from services.customers.mail import writing as mails
from services.customers.models import Account, Invitation
from services.customers.profiles import addresses
from services.customers.profiles.names import display_name

NOT_VALID = N_("This invitation has been used, withdrawn, or is too old. Ask for a new one.")


class AlreadyAdmin(Conflict):
    """The address is that of an admin, or of somebody who is invited already."""


class NameMissing(Invalid):
    """A new admin has not said what he is called."""


def invite(uow: UnitOfWork, order: InvitationOrder) -> Invitation:
    """Ask somebody by mail to become an admin. Who is a customer already gets the role on his account.

    Raises AlreadyAdmin, TooHigh, AddressNotValid, SessionEnded.
    """
    _refuse(uow, order.role)
    admins.lock_admins(uow)  # two who invite the same stranger at once queue up here
    confirm(uow)  # whoever held the lock before us may have taken our own rights
    account = _account_of(uow, order)
    _refuse_known(uow, account)
    invitation = Invitation(
        id=new_id(),
        account_id=account.id,
        role=order.role,
        invited_by=admins.acting_account(uow),
        created_at=uow.now,
        sent_at=uow.now,
        expires_at=uow.now + LIFETIMES["invite"],
    )
    audit.note(uow, "admin invited", account.id, role=order.role)
    uow.add(invitation)
    uow.publish(AdminInvited(account_id=account.id, role=order.role))
    _write(uow, account, invitation)
    return invitation


def send_again(uow: UnitOfWork, invitation_id: UUID) -> None:
    """Send a new link; the old ones open nothing any more. Raises NotFound, TooHigh."""
    invitation = _open(uow, invitation_id)
    account = uow.get(Account, invitation.account_id)
    one_time_tokens.void(uow, account.id, "invite")
    audit.note(uow, "invitation sent again", account.id, role=invitation.role)
    invitation.sent_at, invitation.expires_at = uow.now, uow.now + LIFETIMES["invite"]
    _write(uow, account, invitation)


def withdraw(uow: UnitOfWork, invitation_id: UUID) -> None:
    """Let the invitation open nothing any more; an address that was nobody's is free again.

    Raises NotFound, TooHigh.
    """
    withdrawals.end(uow, _open(uow, invitation_id))


def shown(uow: UnitOfWork, token: str) -> InvitationShown:
    """Return what the link's page says; nothing changes, however often it is opened. Raises LinkNotValid."""
    account = one_time_tokens.find(uow, token, "invite")
    invitation = _waiting_of(uow, account)
    return InvitationShown(
        email=account.email,
        name=display_name(account.first_name, account.last_name),
        role=cast(Role, invitation.role),
        invited_by=name_of(uow, invitation.invited_by),
        is_known=account.password_hash is not None,
    )


def accept(database: Database, identity: Identity, given: InvitationAcceptance) -> InvitationAccepted:
    """Give the invited account its role and a new password, and a new one its name.

    A customer chooses a new password too: the old one may be known to whoever could set it while the
    account was worth less. Two transactions: none is open while argon2 takes its time. Raises
    LinkNotValid, NameMissing, and what passwords raises.
    """
    with database.unit_of_work(identity) as uow:
        invited = shown(uow, given.token)
    password_hash = _password_hash(given, invited)
    with database.unit_of_work(identity) as uow:
        # In the order in which an invitation is withdrawn: first the invitation, then its links.
        invitation = _waiting_of(uow, one_time_tokens.find(uow, given.token, "invite"), lock=True)
        account = one_time_tokens.consume(uow, given.token, "invite")
        # What he accepts is done by himself, no longer by the gateway that brought the link.
        uow.act_for(replace(identity, actor=f"account:{account.id}"))
        if account.password_hash is None:
            account.first_name = given.name.strip()
        account.password_hash, account.failures, account.locked_until = password_hash, 0, None
        password_links.end_links(uow, account, "reset")
        _grant(uow, account, invitation)
        return InvitationAccepted(account_id=account.id, email=account.email)


def name_of(uow: UnitOfWork, account_id: UUID | None) -> str:
    """Return what an account is called; nothing for the operator, or for somebody who is gone."""
    named = select(Account.first_name, Account.last_name, Account.username).where(Account.id == account_id)
    found = uow.session.execute(named).one_or_none()
    return display_name(found.first_name, found.last_name, username=found.username) if found else ""


def _grant(uow: UnitOfWork, account: Account, invitation: Invitation) -> None:
    audit.note(
        uow,
        "invitation accepted",
        account.id,
        before={"role": account.role},
        after={"role": invitation.role},
        invited_by=str(invitation.invited_by or ""),
    )
    account.role = invitation.role
    account.epoch += 1
    invitation.accepted_at = uow.now
    uow.publish(AdminCreated(account_id=account.id, role=invitation.role))


def _refuse(uow: UnitOfWork, role: str) -> None:
    refuse_on_a_visit(uow)
    uow.identity.require(admins.PERMISSION)
    admins.refuse_role(uow, cast(Role, role))


def _account_of(uow: UnitOfWork, order: InvitationOrder) -> Account:
    """Return the address's account, locked; one that can do nothing yet when it is nobody's."""
    key = addresses.key_of(addresses.checked(order.email))
    known = select(Account).where(Account.email_key == key).with_for_update(of=Account)
    found = uow.session.scalar(known.execution_options(populate_existing=True))
    return found or accounts.open_account(uow, email=order.email, first_name=order.name)


def _refuse_known(uow: UnitOfWork, account: Account) -> None:
    if account.role is not None:
        sentence = N_("This is the address of an administrator already.")
        raise AlreadyAdmin(sentence, fields={"email": sentence})
    if not account.is_active:
        sentence = N_("The account with this address is not active.")
        raise AlreadyAdmin(sentence, fields={"email": sentence})
    if _open_of(uow, account) is not None:
        sentence = N_("This address is invited already; send that invitation again, or withdraw it first.")
        raise AlreadyAdmin(sentence, fields={"email": sentence})


def _open(uow: UnitOfWork, invitation_id: UUID) -> Invitation:
    """Return an open invitation, locked, to who may give its role."""
    invitation = uow.get(Invitation, invitation_id, lock=True)
    if not invitation.is_open:
        raise NotFound(Invitation.missing)
    _refuse(uow, invitation.role)
    return invitation


def _open_of(uow: UnitOfWork, account: Account, *, lock: bool = False) -> Invitation | None:
    is_open = Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
    found = select(Invitation).where(Invitation.account_id == account.id, *is_open)
    return uow.session.scalar(found.with_for_update(of=Invitation) if lock else found)


def _waiting_of(uow: UnitOfWork, account: Account, *, lock: bool = False) -> Invitation:
    invitation = _open_of(uow, account, lock=lock)
    if invitation is None or account.role is not None or not account.is_active:
        raise LinkNotValid(NOT_VALID)
    return invitation


def _password_hash(given: InvitationAcceptance, invited: InvitationShown) -> str:
    if not invited.is_known and not given.name.strip():
        sentence = N_("Say what you are called.")
        raise NameMissing(sentence, fields={"name": sentence})
    return passwords.hash_password(given.password, invited.email)


def _write(uow: UnitOfWork, account: Account, invitation: Invitation) -> None:
    mails.write(
        uow,
        "invitation",
        to=account.email,
        language=account.locale,
        account_id=account.id,
        link="invite",
        name=display_name(account.first_name, account.last_name),
        inviter=name_of(uow, invitation.invited_by),
        role=invitation.role,
    )
