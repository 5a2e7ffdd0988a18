"""Customers whom an admin registers by hand, by the same rules as he edits them."""

from kernel.contracts.customers import BillingInfo
from kernel.contracts.profiles import BILLING, FIELDS, NewProfile, ProfileField
from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden
from kernel.ids import new_id
from services.customers import audit
from services.customers.accounts import accounts, attaching
from services.customers.folding import login_key
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer
from services.customers.profiles import addresses, logins
from services.customers.profiles.names import display_name
from services.customers.profiles.registration import make_customer, register_customer
from services.customers.profiles.rules import NO_ADDRESS, NOT_SAVED, Examination, ProfileNotValid


class AccountIsThere(ProfileNotValid):
    """The address is that of an account which could become the customer's; nobody has said that it shall."""


BLANK: dict[ProfileField, str] = dict.fromkeys(FIELDS, "")
OF_CUSTOMER = {field for field in FIELDS if hasattr(Customer, field)}
"""What an account that is attached does not have already."""


def enrol(uow: UnitOfWork, new: NewProfile) -> Customer:
    """Register a customer; he has no password until he chooses one himself by the link that he is sent.

    Raises ProfileNotValid with every field that is wrong.
    """
    if uow.identity.is_visiting:
        raise Forbidden(N_("While switched to a customer nobody is registered. Switch back first."))
    uow.identity.require("customers.edit")
    found = Examination(BLANK, new.profile)
    if not found.after["email"] and "email" not in found.wrong:
        found.refuse("email", NO_ADDRESS)
    account = attaching.account_with(uow, found.after["email"])
    if account is None:
        return _register(uow, new, _examined(uow, found))
    _refuse_to_attach(uow, account, found, is_wanted=new.attaches)
    return _attach(uow, new, account, found.after)


def _register(uow: UnitOfWork, new: NewProfile, profile: dict[ProfileField, str]) -> Customer:
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
            billing=_billing(profile),
        )
    written = {field: value for field, value in profile.items() if value}
    audit.note(uow, "customer registered", customer.id, after=written)
    if new.invites:
        _welcome(uow, customer, uow.get(Account, customer.account_id))
    return customer


def _attach(uow: UnitOfWork, new: NewProfile, account: Account, profile: dict[ProfileField, str]) -> Customer:
    """Make a customer of the account, which keeps all that is its own; a link only if it has no password."""
    phone, billing = profile["phone"], _billing(profile)
    customer = make_customer(uow, account, how=new.how, phone=phone, billing=billing)
    its_own = {"email": account.email, "account": str(account.id)}
    written = {field: profile[field] for field in FIELDS if field in OF_CUSTOMER and profile[field]}
    audit.note(uow, "customer registered", customer.id, after=its_own | written, is_attached=True)
    if new.invites and account.password_hash is None:
        _welcome(uow, customer, account)
    return customer


def _refuse_to_attach(uow: UnitOfWork, account: Account, found: Examination, *, is_wanted: bool) -> None:
    refusal = attaching.refusal_of(uow, account)
    if refusal:
        raise ProfileNotValid(NOT_SAVED, fields={"email": refusal} | found.wrong)
    if not is_wanted:
        raise AccountIsThere(NOT_SAVED, fields={"email": attaching.described(account)} | found.wrong)
    if found.wrong:
        raise ProfileNotValid(NOT_SAVED, fields=found.wrong)


def _examined(uow: UnitOfWork, found: Examination) -> dict[ProfileField, str]:
    after = found.after
    email, username = after["email"], after["username"] or after["email"]
    keys = {"email_key": addresses.key_of(email), "username_key": login_key(username)}
    taken = logins.said_once(accounts.taken_logins(uow, new_id(), **keys), keys)
    if wrong := taken | found.wrong:
        raise ProfileNotValid(NOT_SAVED, fields=wrong)
    return after


def _billing(profile: dict[ProfileField, str]) -> BillingInfo:
    given = {name.removeprefix(BILLING): value for name, value in profile.items() if name.startswith(BILLING)}
    return BillingInfo.model_validate(given)


def _welcome(uow: UnitOfWork, customer: Customer, account: Account) -> None:
    name = display_name(account.first_name, account.last_name, customer.billing_company, account.username)
    mails.write(
        uow, "welcome", to=account.email, language=account.locale, account_id=account.id,
        customer_id=customer.id, link="reset", name=name, email=account.email,
    )  # fmt: skip
