"""Coming in: what is written down and told when somebody is let in or turned away, at whichever step."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update

from kernel.contracts.customers import Standing
from kernel.contracts.events import AccountLocked, SignedIn
from kernel.database import UnitOfWork
from kernel.devices import device_of
from kernel.ids import new_id
from services.customers.accounts.accounts import standing_of
from services.customers.models import Account, Customer, SignInAttempt
from services.customers.sign_ins.origins import country_of

Door = Literal["admin", "site"]


@dataclass(frozen=True)
class Arrival:
    """Who came to which door from where: ``customer_id`` is the owner of the site whose door it is."""

    door: Door
    customer_id: UUID | None
    ip: str
    country: str
    device: str

    @classmethod
    def at(cls, door: Door, customer_id: UUID | None, *, ip: str, user_agent: str) -> "Arrival":
        """Return the arrival, with country and device as the address and the browser tell."""
        return cls(door, customer_id, ip, country_of(ip), device_of(user_agent))

    def is_at_his_door(self, account: Account, customer: Customer | None) -> bool:
        """Whether this account comes in by this door at all."""
        if self.door == "admin":
            return account.role is not None
        return customer is not None and customer.id == self.customer_id


def lock(uow: UnitOfWork, account_id: UUID) -> tuple[Account | None, Customer | None]:
    """Return an account, locked so that its attempts queue up, and the customer it belongs to."""
    wanted = select(Account).where(Account.id == account_id).with_for_update(of=Account)
    account = uow.session.scalar(wanted.execution_options(populate_existing=True))
    return account, uow.session.scalar(select(Customer).where(Customer.account_id == account_id))


def let_in(uow: UnitOfWork, account: Account, customer: Customer | None, arrival: Arrival) -> Standing:
    """Write down that the account came in; return its standing."""
    record(uow, account, arrival, succeeded=True)
    account.unlock()
    customer_id = customer.id if customer else None
    if customer_id:
        # Coming by is no change of the customer, so his modified_at stays.
        seen = update(Customer).where(Customer.id == customer_id)
        times = {"last_sign_in_at": uow.now, "last_seen_at": uow.now}
        uow.session.execute(seen.values(**times, modified_at=Customer.modified_at))
    uow.publish(SignedIn(account_id=account.id, customer_id=customer_id, country=arrival.country))
    return standing_of(uow, account, customer_id)


def count_failure(uow: UnitOfWork, account: Account, customer: Customer | None) -> None:
    """Count a wrong password or code; the tenth locks the account."""
    if account.fail(uow.now) and account.locked_until:
        customer_id = customer.id if customer else None
        uow.publish(AccountLocked(account_id=account.id, customer_id=customer_id, until=account.locked_until))


def record(
    uow: UnitOfWork,
    account: Account,
    arrival: Arrival,
    *,
    succeeded: bool,
    lacks_code: bool = False,
    attempt_id: UUID | None = None,
) -> None:
    """Write the attempt into the account's history."""
    uow.add(
        SignInAttempt(
            id=attempt_id or new_id(),
            account_id=account.id,
            at=uow.now,
            door=arrival.door,
            ip=arrival.ip,
            country=arrival.country,
            device=arrival.device,
            succeeded=succeeded,
            lacks_code=lacks_code,
        )
    )
