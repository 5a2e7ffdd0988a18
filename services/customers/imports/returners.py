"""Rows of a file about customers there are: what the file says replaces what stood there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from kernel.contracts.customers import Verification
from kernel.contracts.events import CustomerChanged, EmailVerified, VerificationChanged
from kernel.database import UnitOfWork
from services.customers.folding import login_key
from services.customers.imports.records import Record
from services.customers.models import Account, Customer
from services.customers.profiles.search_words import FOUND_BY, reword


@dataclass(frozen=True)
class Returner:
    """A record about a customer we know."""

    record: Record
    account: Account
    customer: Customer

    def change(self) -> list[str]:
        """Take over what the file says and we have otherwise; return the names of the fields.

        What the file leaves empty stays, a verified address stays verified, and a sign-in is only
        ever replaced by a later one.
        """
        changed = _take_over(self.account, self._of_account()) + _take_over(
            self.customer, self._of_customer()
        )
        changed += self._take_over_fields()
        if "username" in changed:
            self.account.username_key = login_key(self.account.username)
        if changed:
            self.customer.version += 1
        return changed

    @property
    def changes_login(self) -> bool:
        """Whether the file says something else of the login than we know."""
        return any(getattr(self.account, name) != value for name, value in self._of_account().items())

    @property
    def changes_username(self) -> bool:
        """Whether the file has another username."""
        return self.record.username not in {"", self.account.username}

    def _take_over_fields(self) -> list[str]:
        """Take over the values of custom fields that the file has; return e.g. ``["custom.shoe_size"]``."""
        told, had = self.record.custom, self.customer.custom
        changed = [key for key, value in told.items() if had.get(key) != value]
        if changed:
            self.customer.custom = had | told
        return [f"custom.{key}" for key in changed]

    def _of_account(self) -> dict[str, Any]:
        names = ("username", "first_name", "last_name", "locale")
        return {name: getattr(self.record, name) for name in names if getattr(self.record, name)}

    def _of_customer(self) -> dict[str, Any]:
        record, customer = self.record, self.customer
        told: dict[str, Any] = {f"billing_{name}": value for name, value in record.billing.items()}
        if record.phone:
            told["phone"] = record.phone
        if record.is_vip is not None:
            told["is_vip"] = record.is_vip
        if record.verification and customer.verification != "verified":
            told["verification"] = record.verification
        later = record.last_sign_in_at
        if later and (customer.last_sign_in_at is None or later > customer.last_sign_in_at):
            told["last_sign_in_at"] = later
        return told


def update_all(uow: UnitOfWork, returners: Sequence[Returner]) -> int:
    """Change those of whom the file says something new; return how many."""
    changes = [(returner, returner.change()) for returner in returners]
    changed = [(returner, fields) for returner, fields in changes if fields]
    renamed = [returner for returner, fields in changed if _is_found_by(fields)]
    reword(uow, [(returner.account, returner.customer) for returner in renamed])
    uow.session.flush()
    uow.publish_many(
        CustomerChanged(customer_id=returner.customer.id, fields=sorted(fields))
        for returner, fields in changed
    )
    _tell_of_verification(
        uow, [returner.customer for returner, fields in changed if "verification" in fields]
    )
    return len(changed)


def _tell_of_verification(uow: UnitOfWork, customers: Sequence[Customer]) -> None:
    """Say how their addresses stand to those who have memberships and sites wait for it."""
    for customer in customers:
        status = cast(Verification, customer.verification)
        uow.publish(VerificationChanged(customer_id=customer.id, status=status))
        if customer.verification == "verified":
            uow.publish(EmailVerified(customer_id=customer.id, how="import", starts_memberships=True))


def _is_found_by(fields: Sequence[str]) -> bool:
    return any(name in FOUND_BY or name.startswith("custom.") for name in fields)


def _take_over(row: Account | Customer, told: dict[str, Any]) -> list[str]:
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, told[name])
    return changed
