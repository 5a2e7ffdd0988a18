"""May this admin act as that customer? Asked before every switch, and written down before it is answered."""

from uuid import UUID

from sqlalchemy import select

from kernel import clock
from kernel.contracts.customers import Clearance, Cleared, SwitchTerms
from kernel.contracts.events import SwitchCleared
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Forbidden, Invalid
from services.customers import audit
from services.customers.models import Account, Customer, Network
from services.customers.profiles.names import display_name

UNTOLD = Network(switch_needs_consent=False, switch_needs_reason=True, switch_mode="act")
"""How a network is until the sites service has told of it."""

NO_REASON = N_("Say in a few words why you switch; the customer's events show it.")


class SwitchNotAllowed(Forbidden):
    """The admin may not switch to this account, whatever his role; or not to act there."""


class TargetNotActive(Conflict):
    """The customer's account is closed, so nobody can act as it."""


class NoReason(Invalid):
    """The network wants to know why somebody switches."""


def switch_terms(uow: UnitOfWork, customer_id: UUID) -> SwitchTerms:
    """Say how the asking admin may switch to the customer's sites.

    Raises SwitchNotAllowed and TargetNotActive when he may not.
    """
    customer, account, network = _parties(uow, customer_id)
    _refuse(uow, account)
    _refuse_without_consent(uow, customer, network)
    acts = network.switch_mode == "act" and "customers.act" in uow.identity.permissions
    return SwitchTerms(modes=["look", "act"] if acts else ["look"], needs_reason=network.switch_needs_reason)


def clear_switch(uow: UnitOfWork, customer_id: UUID, asked: Clearance) -> Cleared:
    """Allow the asking admin to switch to the customer's site.

    Raises SwitchNotAllowed, TargetNotActive and NoReason. The audit line stands before the answer is given.
    """
    customer, account, network = _parties(uow, customer_id)
    _refuse(uow, account)
    _refuse_without_consent(uow, customer, network)
    _refuse_mode(uow, network, asked)
    if network.switch_needs_reason and not asked.reason:
        raise NoReason(NO_REASON, fields={"reason": NO_REASON})
    told = SwitchCleared(customer_id=customer.id, site_id=asked.site_id, reason=asked.reason, mode=asked.mode)
    audit.note(
        uow, "switch cleared", customer.id, site_id=str(asked.site_id), reason=asked.reason, mode=asked.mode
    )
    uow.publish(told)
    return Cleared(
        customer_id=customer.id,
        account_id=account.id,
        epoch=account.epoch,
        name=display_name(account.first_name, account.last_name, customer.billing_company, account.username),
        allowed_until=customer.assistance_until if network.switch_needs_consent else None,
    )


def _parties(uow: UnitOfWork, customer_id: UUID) -> tuple[Customer, Account, Network]:
    customer = uow.get(Customer, customer_id)
    account = uow.session.scalars(select(Account).where(Account.id == customer.account_id)).one()
    return customer, account, uow.session.scalar(select(Network)) or UNTOLD


def _refuse_without_consent(uow: UnitOfWork, customer: Customer, network: Network) -> None:
    if network.switch_needs_consent and not clock.ahead(customer.assistance_until, uow.now):
        raise SwitchNotAllowed(
            N_("The network asks for the customer's consent, and this customer has not allowed assistance.")
        )


def _refuse(uow: UnitOfWork, account: Account) -> None:
    """Raise unless the account is a plain customer's, somebody else's, and open."""
    uow.identity.require("customers.switch")
    if uow.identity.is_visiting:
        raise SwitchNotAllowed(N_("Switch back first: one switch at a time."))
    if account.id == uow.identity.account_id:
        raise SwitchNotAllowed(N_("This is yourself; sign in on your own site instead."))
    if account.role is not None:
        sentence = N_("This customer is %(role)s of the network, and nobody switches to an admin.")
        raise SwitchNotAllowed(sentence, role=account.role)
    if not account.is_active:
        raise TargetNotActive(N_("This customer's account is not active, so nobody can switch to it."))


def _refuse_mode(uow: UnitOfWork, network: Network, asked: Clearance) -> None:
    if asked.mode == "look":
        return
    uow.identity.require("customers.act")
    if network.switch_mode == "look":
        raise SwitchNotAllowed(N_("In this network admins switch to sites only to look."))
