"""Read what the steps of a membership follow from: the membership itself, its bill, its tries and methods."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select

from kernel.contracts.billing_settings import BillingRules
from kernel.database import UnitOfWork
from services.billing.agenda.steps import Bill, Snapshot
from services.billing.gateways.configured import MANUAL
from services.billing.models import (
    BillingSettings,
    Charge,
    Membership,
    MembershipPeriod,
    Payment,
    ScheduledChange,
)
from services.billing.models.charges import OPEN_CHARGES
from services.billing.models.payments import OPEN
from services.billing.payments.methods_to_try import Methods, methods_of

BILLED = ("first", "renewal")


@dataclass(frozen=True)
class Known:
    """A snapshot, and the rows that its steps are about."""

    snapshot: Snapshot
    payment_id: UUID | None
    method_id: UUID | None


def read(uow: UnitOfWork, membership: Membership) -> Known:
    """Return what is known of a membership; whoever is to act on it has locked it."""
    settled = uow.session.execute(_settled(membership)).one()
    payment = uow.session.execute(_bills(membership)).first()
    bill = _bill(uow, payment) if payment else None
    is_charged = membership.auto_renew and membership.gateway != MANUAL
    methods = methods_of(uow, membership, payment.id if payment else None) if is_charged else Methods()
    snapshot = Snapshot(
        status=membership.status,
        rules=BillingRules.model_validate(settled.decided or {}),
        begins_at=_begins_at(membership, settled.begins_at),
        ends_at=_ends_at(membership),
        is_free=membership.is_free,
        is_charged=is_charged,
        can_charge=methods.chosen is not None,
        new_since=methods.new_since,
        renews=_renews(membership),
        waits=membership.waits_to_be is not None,
        cancels_at=membership.cancels_at,
        changes_at=settled.changes_at,
        held_at=membership.held_at,
        bill=bill,
    )
    return Known(snapshot, payment.id if payment else None, methods.chosen)


def _ends_at(membership: Membership) -> datetime | None:
    return membership.trial_ends_at if membership.status == "trialing" else membership.expires_at


def _begins_at(membership: Membership, billed_from: datetime | None) -> datetime | None:
    return membership.started_at if membership.status == "trialing" else billed_from


def _renews(membership: Membership) -> bool:
    if membership.status == "trialing":
        return True
    is_over = membership.cycles is not None and membership.cycles_billed >= membership.cycles
    return membership.period is not None and not is_over


def _settled(membership: Membership) -> Select[Any]:
    """The network's rules, when a change is scheduled, and since when the time that was given last runs."""
    mine = MembershipPeriod.membership_id == membership.id
    change = select(func.min(ScheduledChange.due_at)).where(
        ScheduledChange.membership_id == membership.id, ScheduledChange.state == "scheduled"
    )
    runs = select(func.max(MembershipPeriod.starts_at)).where(
        mine, MembershipPeriod.ends_at == membership.expires_at
    )
    decided = select(BillingSettings.decided).limit(1)
    return select(
        decided.scalar_subquery().label("decided"),
        change.scalar_subquery().label("changes_at"),
        runs.scalar_subquery().label("begins_at"),
    )


def _bills(membership: Membership) -> Select[UUID, datetime | None, datetime, int, bool]:
    """What is not paid of a membership; or what was cancelled of the time that comes next."""
    comes_next = select(MembershipPeriod.payment_id).where(
        MembershipPeriod.membership_id == membership.id,
        MembershipPeriod.starts_at == _ends_at(membership),
        MembershipPeriod.kind.in_(BILLED),
    )
    is_open = Payment.status.in_(OPEN)
    return (
        select(Payment.id, Payment.due_at, Payment.created_at, Payment.dunning_step, is_open.label("is_open"))
        .where(Payment.membership_id == membership.id, Payment.kind.in_(BILLED))
        .where(or_(is_open, (Payment.status == "cancelled") & Payment.id.in_(comes_next)))
        .order_by(is_open.desc(), Payment.due_at.desc(), Payment.id.desc())
        .limit(1)
    )


def _bill(uow: UnitOfWork, payment: Row[UUID, datetime | None, datetime, int, bool]) -> Bill:
    tries = uow.session.execute(
        select(
            func.min(Charge.created_at).filter(Charge.is_automatic).label("tried_at"),
            func.max(Charge.created_at).filter(Charge.status.in_(OPEN_CHARGES)).label("under_way_since"),
        ).where(Charge.payment_id == payment.id)
    ).one()
    return Bill(
        due_at=payment.due_at or payment.created_at,
        asked_at=payment.created_at,
        is_open=payment.is_open,
        tries=payment.dunning_step,
        tried_at=tries.tried_at,
        under_way_since=tries.under_way_since,
    )
