"""What time does to memberships: mail to the customer, and looking again when a way to pay was saved."""

from kernel.contracts.events import (
    BillingSettingsChanged,
    MembershipExpired,
    MembershipHeld,
    PaymentDunned,
    PaymentMethodSaved,
    Recorded,
    RenewalAsked,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.billing.agenda.run import wake_all, wake_customer
from services.customers.mail import dunning as dunning_mails

dunning_mail = Listener("dunning_mail", home="customers", start="beginning")
membership_agenda = Listener("membership_agenda", home="billing", start="beginning")

DAYS = ("renews_before", "grace", "dunning", "abandoned_after")


@dunning_mail.to(RenewalAsked)
def write_renewal(uow: UnitOfWork, event: RenewalAsked, _recorded: Recorded) -> None:
    """Tell what is to be paid soon."""
    dunning_mails.write_renewal(uow, event)


@dunning_mail.to(PaymentDunned)
def write_failure(uow: UnitOfWork, event: PaymentDunned, _recorded: Recorded) -> None:
    """Tell what was not paid."""
    dunning_mails.write_failure(uow, event)


@dunning_mail.to(MembershipHeld)
def write_hold(uow: UnitOfWork, event: MembershipHeld, _recorded: Recorded) -> None:
    """Tell what is on hold."""
    dunning_mails.write_hold(uow, event)


@dunning_mail.to(MembershipExpired)
def write_expiry(uow: UnitOfWork, event: MembershipExpired, _recorded: Recorded) -> None:
    """Tell what is over."""
    dunning_mails.write_expiry(uow, event)


@membership_agenda.to(PaymentMethodSaved)
def try_new_method(uow: UnitOfWork, event: PaymentMethodSaved, _recorded: Recorded) -> None:
    """Look at the customer's memberships at once; in a transaction of its own, that holds no other rows."""
    wake_customer(uow, event.customer_id)


@membership_agenda.to(BillingSettingsChanged)
def follow_other_days(uow: UnitOfWork, event: BillingSettingsChanged, _recorded: Recorded) -> None:
    """Look at every membership of the network anew, if its days are others now."""
    if any(getattr(event.before, name) != getattr(event.after, name) for name in DAYS):
        wake_all(uow)
