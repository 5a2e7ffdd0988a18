"""What the customers list shows of money, memberships and sites, added up as it happens."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from kernel.bulk import document_of, waiting
from kernel.contracts.events import (
    CustomerBillingHandedOver,
    CustomerSitesHandedOver,
    DisputeEnded,
    MembershipStarted,
    MembershipTransferred,
    PaymentCompleted,
    PaymentDisputed,
    PaymentRefunded,
    Recorded,
    RefundReversed,
    SiteCreated,
    SiteDeleted,
    SiteOwnerChanged,
)
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.events import Listener

customer_facts = Listener("customer_facts", home="customers", start="beginning")

ADD = text("""
    WITH told AS (
        SELECT * FROM json_to_recordset(CAST(:document AS json))
        AS told (customer_id uuid, memberships bigint, sites bigint, spent jsonb)
    ), locked AS (
        SELECT facts.network_id, facts.customer_id, facts.spent FROM customer_facts AS facts
        WHERE facts.customer_id = ANY (SELECT customer_id FROM told)
        ORDER BY facts.customer_id FOR UPDATE
    ), added AS (
        SELECT locked.network_id, locked.customer_id, told.memberships, told.sites, (
            SELECT coalesce(jsonb_object_agg(currency, amount), '{}') FROM (
                SELECT currency, sum(CAST(amount AS bigint)) AS amount FROM (
                    SELECT * FROM jsonb_each_text(locked.spent)
                    UNION ALL SELECT * FROM jsonb_each_text(told.spent)
                ) AS amounts (currency, amount) GROUP BY currency
            ) AS sums
        ) AS spent
        FROM locked JOIN told ON told.customer_id = locked.customer_id
    )
    UPDATE customer_facts AS facts SET
        memberships = facts.memberships + added.memberships,
        sites = facts.sites + added.sites,
        spent = added.spent,
        spent_sort = coalesce(CAST(added.spent ->> (SELECT currency FROM networks) AS bigint), 0)
    FROM added
    WHERE facts.network_id = added.network_id AND facts.customer_id = added.customer_id
""")
"""Rows are locked in one order, so that the runs of two sources wait for each other and never in a ring."""


@dataclass(frozen=True)
class Step:
    """What one event adds to a customer's facts."""

    customer_id: UUID
    memberships: int = 0
    sites: int = 0
    money: Counter[str] = field(default_factory=Counter)


@customer_facts.to(PaymentCompleted)
def add_payment(uow: UnitOfWork, event: PaymentCompleted, _recorded: Recorded) -> None:
    """Count what was received."""
    _count(uow, event.customer_id, event.total)


@customer_facts.to(PaymentRefunded)
def take_refund(uow: UnitOfWork, event: PaymentRefunded, _recorded: Recorded) -> None:
    """Count what was given back."""
    _count(uow, event.customer_id, event.amount, times=-1)


@customer_facts.to(RefundReversed)
def take_refund_back(uow: UnitOfWork, event: RefundReversed, _recorded: Recorded) -> None:
    """Count what was given back and came again."""
    _count(uow, event.customer_id, event.amount)


@customer_facts.to(PaymentDisputed)
def take_disputed(uow: UnitOfWork, event: PaymentDisputed, _recorded: Recorded) -> None:
    """Count what the customer's bank took."""
    _count(uow, event.customer_id, event.amount, times=-1)


@customer_facts.to(DisputeEnded)
def take_disputed_back(uow: UnitOfWork, event: DisputeEnded, _recorded: Recorded) -> None:
    """Count what the bank did not keep."""
    _count(uow, event.customer_id, event.returned)


def _count(uow: UnitOfWork, customer_id: UUID, money: Money, *, times: int = 1) -> None:
    """Add money to what he has spent, or take it off."""
    step = Step(customer_id, money=Counter({money.currency: times * money.amount}))
    waiting(uow, _write).append(step)


@customer_facts.to(MembershipStarted)
def add_membership(uow: UnitOfWork, event: MembershipStarted, _recorded: Recorded) -> None:
    """Count a membership."""
    waiting(uow, _write).append(Step(event.customer_id, memberships=1))


@customer_facts.to(MembershipTransferred)
def move_membership(uow: UnitOfWork, event: MembershipTransferred, _recorded: Recorded) -> None:
    """Count it for who has it now, with what the payments that went along brought."""
    money = Counter({received.currency: received.amount for received in event.received})
    back = Counter({currency: -amount for currency, amount in money.items()})
    steps = waiting(uow, _write)
    steps.append(Step(event.former_customer_id, memberships=-1, money=back))
    steps.append(Step(event.customer_id, memberships=1, money=money))


@customer_facts.to(SiteOwnerChanged)
def move_site(uow: UnitOfWork, event: SiteOwnerChanged, _recorded: Recorded) -> None:
    """Count a site for who owns it now."""
    if event.former_customer_id is not None:
        waiting(uow, _write).append(Step(event.former_customer_id, sites=-1))
    waiting(uow, _write).append(Step(event.customer_id, sites=1))


@customer_facts.to(SiteCreated)
def add_site(uow: UnitOfWork, event: SiteCreated, _recorded: Recorded) -> None:
    """Count a site, unless it is the network's own."""
    if event.customer_id is not None:
        waiting(uow, _write).append(Step(event.customer_id, sites=1))


@customer_facts.to(SiteDeleted)
def take_site_off(uow: UnitOfWork, event: SiteDeleted, _recorded: Recorded) -> None:
    """Count a site no more."""
    if event.customer_id is not None:
        waiting(uow, _write).append(Step(event.customer_id, sites=-1))


@customer_facts.to(CustomerBillingHandedOver)
def take_over_billing(uow: UnitOfWork, event: CustomerBillingHandedOver, _recorded: Recorded) -> None:
    """Count for the heir what he was given; the giver's own facts go with him."""
    money = Counter({received.currency: received.amount for received in event.received})
    waiting(uow, _write).append(Step(event.heir_id, memberships=event.memberships, money=money))


@customer_facts.to(CustomerSitesHandedOver)
def take_over_sites(uow: UnitOfWork, event: CustomerSitesHandedOver, _recorded: Recorded) -> None:
    """Count the sites for the heir."""
    waiting(uow, _write).append(Step(event.heir_id, sites=len(event.site_ids)))


def _write(uow: UnitOfWork, steps: list[Step]) -> None:
    """Add all steps of a customer to his row, in one statement for all customers."""
    sums: dict[UUID, Counter[str]] = {}
    for step in steps:
        total = sums.setdefault(step.customer_id, Counter())
        total.update({"memberships": step.memberships, "sites": step.sites, **step.money})
    rows = [
        {
            "customer_id": customer_id,
            "memberships": total.pop("memberships"),
            "sites": total.pop("sites"),
            "spent": total,
        }
        for customer_id, total in sums.items()
    ]
    uow.session.execute(ADD, {"document": document_of(rows)})
