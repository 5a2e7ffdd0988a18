"""The customers service's part in a deletion: note what the others did, and then erase the person."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from kernel.contracts.events import (
    CustomerBillingErased,
    CustomerBillingHandedOver,
    CustomerDeleted,
    CustomerDeletionRefused,
    CustomerSitesDeleted,
    CustomerSitesHandedOver,
)
from kernel.database import UnitOfWork
from services.customers import audit
from services.customers.deletion.asking import running_of
from services.customers.deletion.belongings import erase_person, erase_timeline
from services.customers.models import Account, Customer, Deletion, FormerCustomer
from services.customers.profiles.names import display_name

YEARS_KEPT = 7
"""After the end of the calendar year; Swedish bokföringslagen (1999:1078), chapter 7, section 2."""


def note_refusal(uow: UnitOfWork, told: CustomerDeletionRefused) -> None:
    """End the deletion before anything was lost; the customer may sign in again as before."""
    deletion = _running(uow, told.deletion_id)
    if deletion is None or deletion.billing_at is not None:
        return
    account = uow.get(Account, deletion.account_id, lock=True)
    account.is_active = deletion.could_sign_in
    deletion.state, deletion.ended_at = "refused", uow.now
    deletion.reason, deletion.params = told.reason, dict(told.params)
    _act_for_requester(uow, deletion)
    audit.note(uow, "customer deletion refused", deletion.customer_id, reason=told.reason % told.params)


def note_billing(uow: UnitOfWork, told: CustomerBillingErased | CustomerBillingHandedOver) -> None:
    """Note that billing has done its part, even if it had refused at first: that cannot be undone."""
    deletion = _running(uow, told.deletion_id) or _reopened(uow, told.deletion_id)
    if deletion is None or deletion.billing_at is not None:
        return
    unpaid = told.unpaid if isinstance(told, CustomerBillingErased) else 0
    _count(deletion, {"memberships": told.memberships, "payments": told.payments, "unpaid": unpaid})
    deletion.billing_at, deletion.last_paid_at = uow.now, told.last_paid_at
    _finish_when_ready(uow, deletion)


def note_sites(uow: UnitOfWork, told: CustomerSitesDeleted | CustomerSitesHandedOver) -> None:
    """Note that the sites service has done its part; sites that are gone leave the timeline too."""
    deletion = _running(uow, told.deletion_id)
    if deletion is None or deletion.sites_at is not None:
        return
    _count(deletion, {"sites": len(told.site_ids)})
    deletion.sites_at = uow.now
    if isinstance(told, CustomerSitesDeleted):
        erase_timeline(uow, told.site_ids, deletion.account_id)
    _finish_when_ready(uow, deletion)


def _running(uow: UnitOfWork, deletion_id: UUID) -> Deletion | None:
    """Return the deletion, locked; None once it has ended, when nothing is left to be done."""
    mine = select(Deletion).where(Deletion.id == deletion_id, Deletion.state == "running")
    return uow.session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def _reopened(uow: UnitOfWork, deletion_id: UUID) -> Deletion | None:
    """Return a refused deletion, locked and running again: billing was asked twice, and began after all.

    None when another deletion of the customer runs, which billing tells of what it did as well.
    """
    mine = select(Deletion).where(Deletion.id == deletion_id, Deletion.state == "refused")
    deletion = uow.session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    if deletion is None or running_of(uow, deletion.customer_id) is not None:
        return None
    account = uow.get(Account, deletion.account_id, lock=True)
    account.is_active = False
    account.epoch += 1
    deletion.state, deletion.ended_at, deletion.reason, deletion.params = "running", None, "", {}
    return deletion


def _finish_when_ready(uow: UnitOfWork, deletion: Deletion) -> None:
    """Erase the person once both others are done; their words may come in any order."""
    if deletion.billing_at is None or deletion.sites_at is None:
        return
    account = uow.get(Account, deletion.account_id, lock=True)
    customer = uow.get(Customer, deletion.customer_id, lock=True)
    _keep_for_the_books(uow, deletion, customer, account)
    # Before the rows go: whoever is writing a line about him holds the deletion's row, and was waited for.
    erase_timeline(uow, [customer.id, account.id], account.id)
    _count(deletion, erase_person(uow, customer))
    uow.session.execute(select(func.forget_in_audit_log(deletion.id)))
    deletion.state, deletion.ended_at = "done", uow.now
    _act_for_requester(uow, deletion)
    told = {"number": deletion.number, "way": deletion.way, "heir": deletion.heir_number}
    audit.note(uow, "customer deleted", deletion.customer_id, after=told, went=deletion.counts)
    uow.publish(
        CustomerDeleted.model_validate(
            {name: getattr(deletion, name) for name in ("customer_id", "number", "way", "heir_id")}
            | {"deletion_id": deletion.id}
        )
    )


def _keep_for_the_books(uow: UnitOfWork, deletion: Deletion, customer: Customer, account: Account) -> None:
    """Keep what an invoice must say of its buyer, if money ever changed hands; no way to reach him."""
    if deletion.last_paid_at is None:
        return
    fields = ("line1", "line2", "postcode", "city", "state", "country", "vat_number")
    person = display_name(account.first_name, account.last_name)
    uow.add(
        FormerCustomer(
            customer_id=customer.id,
            name=customer.billing_company or person,
            keep_until=date(deletion.last_paid_at.year + YEARS_KEPT, 12, 31),
            **{name: getattr(customer, f"billing_{name}") for name in fields},
        )
    )


def _count(deletion: Deletion, counts: Mapping[str, int]) -> None:
    deletion.counts = deletion.counts | {name: number for name, number in counts.items() if number}


def _act_for_requester(uow: UnitOfWork, deletion: Deletion) -> None:
    """The worker ends it, but it is the one who asked who did it."""
    uow.act_for(replace(uow.identity, actor=deletion.requested_by))
