"""Becoming a customer, and being marked as a very important one."""

from uuid import UUID

from kernel.contracts.customers import BillingInfo, Verification
from kernel.contracts.events import CustomerMarkedVip, CustomerRegistered
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.customers import audit, numbers
from services.customers.accounts import accounts
from services.customers.models import Account, Customer, CustomerFacts, CustomerWord
from services.customers.profiles import verification as verifications
from services.customers.profiles.search_words import known_of


def register_customer(
    uow: UnitOfWork,
    *,
    email: str,
    how: str,
    username: str = "",
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
    locale: str = "",
    time_zone: str = "",
    verification: Verification | None = None,
    billing: BillingInfo | None = None,
    password_hash: str | None = None,
) -> Customer:
    """Make a customer and the login that goes with him. Raises LoginTaken, AddressNotValid.

    Without a ``verification`` the network's policy decides it, and whoever must confirm his address is
    written to.
    """
    account = accounts.open_account(
        uow,
        email=email,
        username=username,
        first_name=first_name,
        last_name=last_name,
        locale=locale,
        time_zone=time_zone,
        password_hash=password_hash,
    )
    return make_customer(
        uow, account, how=how, phone=phone, verification=verification, billing=billing or BillingInfo()
    )


def make_customer(
    uow: UnitOfWork,
    account: Account,
    *,
    how: str,
    phone: str,
    billing: BillingInfo,
    verification: Verification | None = None,
) -> Customer:
    """Make a customer of an account that is nobody's; verification as with ``register_customer``."""
    known = known_of(account, company=billing.company, number=numbers.allocate(uow, "customer")[0])
    status = verification or verifications.first_status(uow, how)
    customer = Customer(
        id=new_id(),
        account_id=account.id,
        number=known.number,
        phone=phone,
        verification=status,
        sort_name=known.sort_name,
        **{f"billing_{name}": value for name, value in billing},
    )
    uow.add(customer)
    uow.session.flush()
    uow.add(CustomerFacts(customer_id=customer.id))
    _add_words(uow, customer.id, known.words)
    uow.publish(
        CustomerRegistered(customer_id=customer.id, number=customer.number, how=how, verification=status)
    )
    if verification is None and status == "pending":
        verifications.ask(uow, customer, account, "registration")
    return customer


def mark_vip(uow: UnitOfWork, customer_id: UUID, *, is_vip: bool) -> None:
    """Set or take the VIP mark; nothing happens when it is so already."""
    customer = uow.get(Customer, customer_id, lock=True)
    if customer.is_vip == is_vip:
        return
    audit.note(uow, "customer marked vip" if is_vip else "customer unmarked vip", customer.id)
    customer.is_vip = is_vip
    customer.version += 1
    uow.publish(CustomerMarkedVip(customer_id=customer.id, is_vip=is_vip))


def _add_words(uow: UnitOfWork, customer_id: UUID, words: list[str]) -> None:
    for word in words:
        uow.add(CustomerWord(customer_id=customer_id, word=word))
