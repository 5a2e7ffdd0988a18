"""May this admin act as that customer? Asked before every switch, and written down before it is answered."""

from typing import cast
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.access import Role, dominates
from kernel.contracts.customers import Clearance, Cleared
from kernel.contracts.events import SwitchCleared
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden
from services.customers import audit
from services.customers.models import Account, Customer
from services.customers.profiles.names import display_name


class SwitchNotAllowed(Forbidden):
    """The admin may not act as this account, whatever his role."""


class TargetNotActive(Conflict):
    """The customer's account is closed, so nobody can act as it."""


def clear_switch(uow: UnitOfWork, customer_id: UUID, asked: Clearance) -> Cleared:
    """Allow the asking admin to switch to the customer's site. Raises SwitchNotAllowed, TargetNotActive.

    The audit line stands before the answer is given.
    """
    uow.identity.require("customers.switch")
    customer = uow.get(Customer, customer_id)
    account = uow.session.scalars(select(Account).where(Account.id == customer.account_id)).one()
    _refuse(uow, account)
    audit.note(uow, "switch cleared", customer.id, site_id=str(asked.site_id), reason=asked.reason)
    uow.publish(SwitchCleared(customer_id=customer.id, site_id=asked.site_id, reason=asked.reason))
    name = display_name(account.first_name, account.last_name, customer.billing_company, account.username)
    return Cleared(customer_id=customer.id, account_id=account.id, epoch=account.epoch, name=name)


def _refuse(uow: UnitOfWork, account: Account) -> None:
    if uow.identity.is_visiting:
        raise SwitchNotAllowed(N_("Switch back first: one switch at a time."))
    if account.id == uow.identity.account_id:
        raise SwitchNotAllowed(N_("This is yourself; sign in on your own site instead."))
    if not dominates(uow.identity.permissions, cast(Role | None, account.role)):
        sentence = N_(
            "This customer is %(role)s of the network, and you may only act as somebody with fewer rights."
        )
        raise SwitchNotAllowed(sentence, role=account.role)
    if not account.is_active:
        raise TargetNotActive(N_("This customer's account is not active, so nobody can switch to it."))
