"""Handing a customer over to another sign-in: somebody else is the customer from now on.

The customer keeps his number, memberships, sites and payments; who signs in as him changes. Nothing that
let the former one in is left: his account is deleted, or goes on as the admin's that it also is.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select

from kernel.contracts.events import CustomerHandedOver
from kernel.contracts.handovers import HandedOver, HandoverOrder, HandoverOutlook, Party
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Filled
from services.customers import audit
from services.customers.accounts import accounts, attaching, withdrawals
from services.customers.accounts.access import end_all
from services.customers.accounts.visiting import refuse_on_a_visit
from services.customers.deletion import asking as deletions
from services.customers.deletion import belongings
from services.customers.mail import handovers as handover_mails
from services.customers.models import Account, Customer, Invitation, SignInAttempt
from services.customers.profiles import addresses, logins, reachability, verification
from services.customers.profiles.names import display_name
from services.customers.profiles.rules import NOT_SAVED, ProfileNotValid
from services.customers.profiles.search_words import reword

SAME = N_("This is the address with which the customer signs in already.")
GOES = N_("This customer is being deleted and cannot be handed over.")
MEANWHILE = N_("Somebody else handed this customer over meanwhile. Look at the customer again.")


class HandoverRefused(Conflict):
    """The customer cannot be handed over, whoever asks, as long as this is so."""


@dataclass(frozen=True)
class Parties:
    """All who take part, locked. ``successor`` None: an account is opened for the address."""

    customer: Customer
    former: Account
    successor: Account | None
    invitations: list[Invitation]


def look(uow: UnitOfWork, customer_id: UUID, order: HandoverOrder) -> HandoverOutlook:
    """Return what handing over would change, and change nothing. Raises as ``hand_over`` does."""
    parties = _parties(uow, customer_id, order)
    if parties is None:
        raise ProfileNotValid(NOT_SAVED, fields={"email": SAME})
    former, successor = parties.former, parties.successor
    sign_ins = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.account_id == former.id)
    return HandoverOutlook(
        account_id=former.id,
        former=_party(former),
        former_stays=former.role is not None,
        sign_ins=uow.session.scalar(sign_ins) or 0,
        next=_party(successor) if successor else _newcomer(order),
        is_new=successor is None,
        gets_link=successor is None or successor.password_hash is None,
        verification=verification.first_status(uow, "change"),
    )


def hand_over(uow: UnitOfWork, customer_id: UUID, order: HandoverOrder) -> HandedOver:
    """Make the customer another account's; a second time it is so already, and nothing happens.

    Raises HandoverRefused, LoginNotYours, ProfileNotValid with the fields, NotFound.
    """
    parties = _parties(uow, customer_id, order)
    if parties is None:
        return HandedOver(account_id=uow.get(Customer, customer_id).account_id)
    if parties.successor is not None and not order.attaches:
        raise ProfileNotValid(NOT_SAVED, fields={"email": attaching.described(parties.successor)})
    customer, former = parties.customer, parties.former
    for invitation in parties.invitations:
        withdrawals.end(uow, invitation)
    ended = end_all(uow, former)
    successor = parties.successor or _open_account(uow, former, order)
    _note(uow, customer, former, successor)
    _give(uow, customer, former, successor)
    handover_mails.write_to_both(uow, customer, former, successor)
    verification.start_again(uow, customer, successor)
    if former.role is None:
        belongings.erase_login(uow, former, customer.id)
    return HandedOver(account_id=successor.id, former_account_id=ended.account_id, ended=ended)


def _parties(uow: UnitOfWork, customer_id: UUID, order: HandoverOrder) -> Parties | None:
    """Return who takes part, locked; None when the customer has been handed over so already."""
    refuse_on_a_visit(uow)
    uow.identity.require("customers.credentials")
    key = addresses.key_of(_address(order))
    former_id = uow.get(Customer, customer_id).account_id
    # In the order in which an invitation is accepted: first it, then its account.
    invitations = withdrawals.lock_open(uow, Invitation.account_id == former_id)
    locked = _lock_accounts(uow, former_id, key)
    customer = uow.get(Customer, customer_id, lock=True)
    former = uow.get(Account, customer.account_id)
    if former.email_key == key and order.seen != former.id:
        return None
    _refuse(uow, customer, former, order, is_locked=former in locked)
    successor = next((one for one in locked if one.email_key == key), None)
    if successor is not None and (refusal := _refusal_of(uow, former, successor)):
        raise ProfileNotValid(NOT_SAVED, fields={"email": refusal})
    return Parties(customer, former, successor, invitations)


def _lock_accounts(uow: UnitOfWork, former_id: UUID, key: str) -> list[Account]:
    """Lock both in the order of their ids, before the customer, as everybody does who locks both."""
    both = select(Account).where(or_(Account.id == former_id, Account.email_key == key)).order_by(Account.id)
    return list(
        uow.session.scalars(both.with_for_update(of=Account).execution_options(populate_existing=True))
    )


def _refuse(
    uow: UnitOfWork, customer: Customer, former: Account, order: HandoverOrder, *, is_locked: bool
) -> None:
    if not is_locked or order.seen not in {None, former.id}:
        raise HandoverRefused(MEANWHILE)
    logins.require_may_change(uow.identity, former)
    if deletions.running_of(uow, customer.id) is not None:
        raise HandoverRefused(GOES)


def _refusal_of(uow: UnitOfWork, former: Account, successor: Account) -> str:
    return Filled(SAME) if successor is former else attaching.refusal_of(uow, successor)


def _address(order: HandoverOrder) -> str:
    try:
        return addresses.checked(order.email)
    except addresses.AddressNotValid as reason:
        sentence = Filled(reason.template, **reason.params)
        raise ProfileNotValid(NOT_SAVED, fields={"email": sentence}) from reason


def _open_account(uow: UnitOfWork, former: Account, order: HandoverOrder) -> Account:
    """Open an account for the address; its owner reads what the former one read, until he says otherwise."""
    try:
        with logins.untaken():
            return accounts.open_account(
                uow,
                email=order.email,
                first_name=order.first_name,
                last_name=order.last_name,
                locale=former.locale,
                time_zone=former.time_zone,
            )
    except accounts.LoginTaken as reason:
        raise ProfileNotValid(NOT_SAVED, fields={"email": attaching.TAKEN}) from reason


def _note(uow: UnitOfWork, customer: Customer, former: Account, successor: Account) -> None:
    before, after = _party(former), _party(successor)
    shown = {"email", "name"}
    audit.note(
        uow,
        "customer handed over",
        customer.id,
        before=before.model_dump(include=shown) | {"account": str(former.id)},
        after=after.model_dump(include=shown) | {"account": str(successor.id)},
        former_is_kept=former.role is not None,
    )


def _give(uow: UnitOfWork, customer: Customer, former: Account, successor: Account) -> None:
    """Make the customer the successor's, who has never signed in as him."""
    customer.account_id = successor.id
    customer.last_sign_in_at, customer.last_seen_at = None, None
    customer.version += 1
    reachability.forget(customer)
    uow.session.flush()
    reword(uow, [(successor, customer)])
    uow.publish(
        CustomerHandedOver(
            customer_id=customer.id,
            account_id=successor.id,
            former_account_id=former.id,
            former_is_kept=former.role is not None,
        )
    )


def _party(account: Account) -> Party:
    name = display_name(account.first_name, account.last_name, username=account.username)
    return Party.model_validate({"email": account.email, "name": name, "role": account.role})


def _newcomer(order: HandoverOrder) -> Party:
    email = addresses.checked(order.email)
    return Party(email=email, name=display_name(order.first_name, order.last_name, username=email), role=None)
