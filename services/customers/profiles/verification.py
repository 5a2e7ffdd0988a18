"""Whether a customer's e-mail address is his: asked by mail, answered by a link, or decided by an admin.

A customer is ``none`` (nobody asks), ``pending`` (asked) or ``verified``. The network's policy says who is
asked, and what waits meanwhile:

- ``never``: nobody is asked.
- ``free``: every new customer is asked; his free memberships and their sites wait, paid ones do not.
- ``always``: every new customer is asked; all his memberships and sites wait.

Only ``pending`` makes anything wait. Whoever comes by an import is as the file says and gets no mail.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.customers import Verification
from kernel.contracts.events import EmailVerified, VerificationAsked, VerificationChanged
from kernel.contracts.verification import AddressShown, AddressVerified, OwnVerification, VerificationEdit
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden
from services.customers import audit
from services.customers.accounts import one_time_tokens
from services.customers.accounts.link_limits import refuse_too_often
from services.customers.accounts.one_time_tokens import LinkNotValid
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer, Network
from services.customers.profiles.names import display_name

Asking = Literal["registration", "change", "admin", "customer"]

TEMPLATE = "verify_email"


class NothingToVerify(Conflict):
    """Nobody has asked this customer to confirm his address, or he has done so."""


def first_status(uow: UnitOfWork, how: str) -> Verification:
    """Return what a new customer is; ``none`` also while the network is not known here yet."""
    if how == "import":
        return "none"
    policy = uow.session.scalar(select(Network.verification))
    return "none" if policy in {None, "never"} else "pending"


def ask(uow: UnitOfWork, customer: Customer, account: Account, asking: Asking) -> None:
    """Write to the customer that he should confirm his address."""
    name = display_name(account.first_name, account.last_name, username=account.username)
    mails.write(
        uow,
        TEMPLATE,
        to=account.email,
        language=account.locale,
        account_id=account.id,
        customer_id=customer.id,
        link="verify",
        name=name,
        email=account.email,
        asking=asking,
    )
    uow.publish(VerificationAsked(customer_id=customer.id, how=asking))


def start_again(uow: UnitOfWork, customer: Customer, account: Account) -> None:
    """The account has another address, which nobody has confirmed: ask anew, as the policy says."""
    status = first_status(uow, "change")
    if customer.verification != status:
        _change(uow, customer, status)
    if status == "pending":
        ask(uow, customer, account, "change")


def resend(uow: UnitOfWork, customer_id: UUID) -> None:
    """Write once more, because an admin wants it. Raises NothingToVerify, ResentTooOften."""
    customer = _asked(uow, customer_id)
    refuse_too_often(uow, customer.account_id, TEMPLATE, "admin")
    audit.note(uow, "verification resent", customer.id)
    ask(uow, customer, uow.get(Account, customer.account_id), "admin")


def resend_to_oneself(uow: UnitOfWork, customer_id: UUID | None) -> None:
    """Write once more, because the customer himself wants it. Raises NothingToVerify, ResentTooOften."""
    customer = _asked(uow, _somebody(customer_id))
    refuse_too_often(uow, customer.account_id, TEMPLATE, "customer")
    audit.note(uow, "verification asked for", customer.id)
    ask(uow, customer, uow.get(Account, customer.account_id), "customer")


def own(uow: UnitOfWork, customer_id: UUID | None) -> OwnVerification:
    """Return how the customer's own address stands."""
    customer = uow.get(Customer, _somebody(customer_id))
    account = uow.get(Account, customer.account_id)
    return OwnVerification.model_validate({"status": customer.verification, "email": account.email})


def decide(uow: UnitOfWork, customer_id: UUID, edit: VerificationEdit) -> None:
    """Set the status by hand; nothing happens when it is so already. Raises ResentTooOften.

    ``pending`` asks the customer by mail.
    """
    customer = uow.get(Customer, customer_id, lock=True)
    if customer.verification == edit.status:
        return
    starts = edit.status == "verified" and edit.starts_memberships
    before, after = {"verification": customer.verification}, {"verification": edit.status}
    audit.note(
        uow, "verification changed", customer.id, before=before, after=after, starts_memberships=starts
    )
    _change(uow, customer, edit.status)
    if edit.status == "verified":
        uow.publish(EmailVerified(customer_id=customer.id, how="admin", starts_memberships=starts))
    if edit.status == "pending":
        refuse_too_often(uow, customer.account_id, TEMPLATE, "admin")
        ask(uow, customer, uow.get(Account, customer.account_id), "admin")


def look(uow: UnitOfWork, token: str) -> AddressShown:
    """Return whose link this is, and change nothing. Raises LinkNotValid."""
    account = one_time_tokens.find(uow, token, "verify")
    _customer_of(uow, account)
    return AddressShown(email=masked(account.email))


def verify(uow: UnitOfWork, token: str) -> AddressVerified:
    """Use the link up and confirm the address. Raises LinkNotValid.

    Whom an admin has verified meanwhile is told that he is, and nothing else happens.
    """
    account = one_time_tokens.consume(uow, token, "verify")
    customer = _customer_of(uow, account)
    if customer.verification != "verified":
        before, after = {"verification": customer.verification}, {"verification": "verified"}
        audit.note(uow, "address verified by link", customer.id, before=before, after=after)
        _change(uow, customer, "verified")
        uow.publish(EmailVerified(customer_id=customer.id, how="link", starts_memberships=True))
    return AddressVerified(email=masked(account.email), customer_id=customer.id)


def masked(email: str) -> str:
    """``asa.berg@shop.example`` as ``a•••@shop.example``: enough to know one's own address by."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}•••@{domain}"


def _change(uow: UnitOfWork, customer: Customer, status: Verification) -> None:
    customer.verification = status
    customer.version += 1
    uow.publish(VerificationChanged(customer_id=customer.id, status=status))


def _asked(uow: UnitOfWork, customer_id: UUID) -> Customer:
    """Return the customer, locked, so that those who send at once are counted one after the other."""
    customer = uow.get(Customer, customer_id, lock=True)
    if customer.verification != "pending":
        raise NothingToVerify(N_("This customer is not waiting for a verification."))
    return customer


def _customer_of(uow: UnitOfWork, account: Account) -> Customer:
    """Return the account's customer, locked. Raises LinkNotValid."""
    mine = select(Customer).where(Customer.account_id == account.id)
    customer = uow.session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if customer is None or not account.is_active:
        raise LinkNotValid(one_time_tokens.NO_LONGER)
    return customer


def _somebody(customer_id: UUID | None) -> UUID:
    if customer_id is None:
        raise Forbidden(N_("This account belongs to no customer."))
    return customer_id
