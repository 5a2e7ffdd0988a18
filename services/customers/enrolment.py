"""Customers whom an admin registers by hand, by the same rules as he edits them."""

from kernel.contracts.customers import BillingInfo
from kernel.contracts.profiles import BILLING, FIELDS, NewProfile, ProfileField
from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden
from kernel.ids import new_id
from services.customers import accounts, addresses, audit, logins, mails
from services.customers.folding import login_key
from services.customers.models import Account, Customer
from services.customers.names import display_name
from services.customers.profile_rules import NO_ADDRESS, NOT_SAVED, Examination, ProfileNotValid
from services.customers.registration import register_customer

BLANK: dict[ProfileField, str] = dict.fromkeys(FIELDS, "")


def enrol(uow: UnitOfWork, new: NewProfile) -> Customer:
    """Register a customer; he has no password until he chooses one himself by the link that he is sent.

    Raises ProfileNotValid with every field that is wrong.
    """
    if uow.identity.is_visiting:
        raise Forbidden(N_("While switched to a customer nobody is registered. Switch back first."))
    uow.identity.require("customers.edit")
    profile = _examined(uow, new)
    with logins.untaken():
        customer = register_customer(
            uow,
            how=new.how,
            email=profile["email"],
            username=profile["username"],
            first_name=profile["first_name"],
            last_name=profile["last_name"],
            phone=profile["phone"],
            locale=profile["locale"],
            time_zone=profile["time_zone"],
            billing=BillingInfo.model_validate(
                {field.removeprefix(BILLING): profile[field] for field in FIELDS if field.startswith(BILLING)}
            ),
        )
    written = {field: value for field, value in profile.items() if value}
    audit.note(uow, "customer registered", customer.id, after=written)
    if new.invites:
        _welcome(uow, customer)
    return customer


def _examined(uow: UnitOfWork, new: NewProfile) -> dict[ProfileField, str]:
    found = Examination(BLANK, new.profile)
    if not found.after["email"] and "email" not in found.wrong:
        found.refuse("email", NO_ADDRESS)
    after = found.after
    email, username = after["email"], after["username"] or after["email"]
    keys = {"email_key": addresses.key_of(email), "username_key": login_key(username)}
    taken = logins.said_once(accounts.taken_logins(uow, new_id(), **keys), keys)
    if wrong := taken | found.wrong:
        raise ProfileNotValid(NOT_SAVED, fields=wrong)
    return after


def _welcome(uow: UnitOfWork, customer: Customer) -> None:
    account = uow.get(Account, customer.account_id)
    name = display_name(account.first_name, account.last_name, customer.billing_company, account.username)
    mails.write(
        uow, "welcome", to=account.email, language=account.locale, account_id=account.id,
        customer_id=customer.id, link="reset", name=name, email=account.email,
    )  # fmt: skip
