"""Rows of a file that become new customers: a statement a table, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.bulk import insert_rows
from kernel.contracts.custom_fields import CustomField
from kernel.contracts.customers import BillingInfo
from kernel.contracts.events import CustomerRegistered
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.customers import numbers
from services.customers.folding import login_key
from services.customers.imports.records import Record
from services.customers.models import Account, Customer, CustomerFacts, CustomerWord, SignInAttempt
from services.customers.profiles.names import Known
from services.customers.profiles.search_words import searchable_fields, texts_of
from services.customers.sign_ins.origins import country_of

BILLING = tuple(BillingInfo.model_fields)


@dataclass(frozen=True)
class Newcomer:
    """A record, and the account that has its address already, if one does: an admin's."""

    record: Record
    account: Account | None


def register_all(uow: UnitOfWork, newcomers: Sequence[Newcomer]) -> None:
    """Make a customer of each, with all that a customer has from his first day."""
    if not newcomers:
        return
    taken = numbers.allocate(uow, "customer", len(newcomers))
    fields = searchable_fields(uow) if any(newcomer.record.custom for newcomer in newcomers) else []
    made = [
        _Made.of(newcomer, number, uow.now, fields) for newcomer, number in zip(newcomers, taken, strict=True)
    ]
    insert_rows(uow, Account, [one.account_row for one in made if one.newcomer.account is None])
    insert_rows(uow, Customer, [one.customer_row for one in made])
    insert_rows(uow, CustomerFacts, [one.facts_row for one in made])
    insert_rows(uow, CustomerWord, [row for one in made for row in one.word_rows])
    insert_rows(uow, SignInAttempt, [row for one in made for row in one.sign_in_rows])
    uow.publish_many(
        CustomerRegistered(
            customer_id=one.customer_id,
            number=one.known.number,
            how="import",
            verification=one.newcomer.record.verification or "none",
        )
        for one in made
    )


@dataclass(frozen=True)
class _Made:
    """A newcomer with his ids and number, as rows of the tables."""

    newcomer: Newcomer
    account_id: UUID
    customer_id: UUID
    known: Known
    now: datetime

    @classmethod
    def of(cls, newcomer: Newcomer, number: int, now: datetime, fields: Sequence[CustomField]) -> "_Made":
        record, account = newcomer.record, newcomer.account
        known = Known(
            first_name=account.first_name if account else record.first_name,
            last_name=account.last_name if account else record.last_name,
            company=record.billing.get("company", ""),
            email=account.email if account else record.email,
            username=account.username if account else record.username or record.email,
            number=number,
            more=texts_of(fields, record.custom),
        )
        return cls(newcomer, account.id if account else new_id(), new_id(), known, now)

    @property
    def account_row(self) -> dict[str, Any]:
        record = self.newcomer.record
        return {
            "id": str(self.account_id),
            "email": record.email,
            "email_key": record.email_key,
            "username": self.known.username,
            "username_key": login_key(self.known.username),
            "first_name": record.first_name,
            "last_name": record.last_name,
            "is_active": True,
            "epoch": 1,
            "failures": 0,
            "locale": record.locale,
            "time_zone": "",
            "preferences": {},
            "created_at": self._since,
            "modified_at": self.now,
        }

    @property
    def customer_row(self) -> dict[str, Any]:
        record = self.newcomer.record
        billing = {f"billing_{name}": record.billing.get(name, "") for name in BILLING}
        return billing | {
            "id": str(self.customer_id),
            "account_id": str(self.account_id),
            "number": self.known.number,
            "phone": record.phone,
            "is_vip": record.is_vip or False,
            "verification": record.verification or "none",
            "last_sign_in_at": record.last_sign_in_at,
            "unreachable_reason": "",
            "sort_name": self.known.sort_name,
            "custom": record.custom,
            "created_at": self._since,
            "modified_at": self.now,
            "version": 1,
        }

    @property
    def facts_row(self) -> dict[str, Any]:
        return {
            "customer_id": str(self.customer_id),
            "memberships": 0,
            "sites": 0,
            "spent": {},
            "spent_sort": 0,
        }

    @property
    def word_rows(self) -> list[dict[str, Any]]:
        customer_id = str(self.customer_id)
        return [{"customer_id": customer_id, "word": word} for word in self.known.words]

    @property
    def sign_in_rows(self) -> list[dict[str, Any]]:
        """Return the last sign-in that the file knows of, where it also knows the address."""
        record = self.newcomer.record
        if record.last_sign_in_at is None or not record.last_ip:
            return []
        row = {"id": str(new_id()), "account_id": str(self.account_id), "at": record.last_sign_in_at}
        place = {"ip": record.last_ip, "country": country_of(record.last_ip)}
        return [row | place | {"door": "site", "device": "", "succeeded": True, "lacks_code": False}]

    @property
    def _since(self) -> datetime:
        return self.newcomer.record.created_at or self.now
