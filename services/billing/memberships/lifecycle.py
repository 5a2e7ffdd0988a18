"""Start a membership, and move it from status to status."""

from uuid import UUID

from sqlalchemy import Select, select

from kernel.contracts.billing import MembershipStatus, Period
from kernel.contracts.events import (
    MembershipStarted,
    MembershipStatusChanged,
    PendingMembershipsStarted,
)
from kernel.contracts.money import Money
from kernel.contracts.verification import waits
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.ids import new_id
from kernel.tombstones import require_alive
from services.billing.memberships.credits import release_credit
from services.billing.memberships.history import record, require_version
from services.billing.memberships.paid_time import begin, begin_trial
from services.billing.memberships.transitions import (
    By,
    Transition,
    TransitionNotAllowed,
    require_trial_days,
    transition,
)
from services.billing.memberships.waiting import STARTING, must_wait, policy_of
from services.billing.models import (
    CustomerVerification,
    DepartedCustomer,
    Membership,
    MembershipItem,
    Product,
)
from services.billing.numbers import next_number
from services.billing.sold import NotSoldThatWay


def start_membership(
    uow: UnitOfWork,
    *,
    customer_id: UUID,
    product_id: UUID,
    currency: str,
    period: Period | None = None,
    agreed: Money | None = None,
    trial_days: int = 0,
    auto_renew: bool = True,
    gateway: str = "manual",
) -> Membership:
    """Begin a membership at the product's price, or at the one ``agreed``. Raises NotSoldThatWay, Departed.

    It is ``trialing`` with a trial, else ``pending`` until somebody activates it. A trial begins once the
    customer's address is verified, where the network's policy asks for that.
    """
    require_alive(uow, DepartedCustomer, customer_id)
    product = uow.get(Product, product_id)
    price = agreed or product.price_for(currency, period)
    if price is None or not product.is_active:
        raise NotSoldThatWay(
            N_("%(product)s has no price in %(currency)s for this period."),
            product=product.name,
            currency=currency,
        )
    return open_membership(
        uow,
        customer_id=customer_id,
        product=product,
        items=[MembershipItem(id=new_id(), product_id=product.id, position=1, unit=price.amount)],
        price=price,
        period=period,
        trial_days=trial_days,
        auto_renew=auto_renew,
        gateway=gateway,
    )


def open_membership(
    uow: UnitOfWork,
    *,
    customer_id: UUID,
    product: Product,
    items: list[MembershipItem],
    price: Money,
    period: Period | None,
    trial_days: int,
    auto_renew: bool,
    gateway: str,
    setup_fee: int = 0,
    cycles: int | None = None,
    resumes_id: UUID | None = None,
) -> Membership:
    """Make a membership of these items, ``product`` being the first; the caller knows that they are sold."""
    membership = Membership(
        id=new_id(),
        number=next_number(uow, "membership"),
        customer_id=customer_id,
        product_id=product.id,
        product=product,
        status="pending",
        waits_to_be=None,
        left_to_be=None,
        trial_days=trial_days,
        currency=price.currency,
        amount=price.amount,
        period_length=period.length if period else None,
        period_unit=period.unit if period else None,
        auto_renew=auto_renew,
        gateway=gateway,
        setup_fee=setup_fee,
        cycles=cycles,
        cycles_billed=0,
        credit=0,
        version=1,
        resumes_id=resumes_id,
        created_at=uow.now,
        modified_at=uow.now,
        items=items,
    )
    uow.add(membership)
    uow.session.flush()
    if trial_days:
        _start_or_wait(uow, membership, "trialing")
    uow.publish(
        MembershipStarted(
            membership_id=membership.id,
            customer_id=customer_id,
            number=membership.number,
            product=product.name,
            status=membership.status,
            is_free=membership.is_free,
            expires_at=membership.expires_at,
        )
    )
    return membership


def activate_membership(uow: UnitOfWork, membership_id: UUID, *, reason: str = "") -> Membership:
    """Let the membership run: its time starts now, unless some is left.

    A pending one whose customer must verify his address first stays so, and runs once he has.
    """
    return change_status(uow, membership_id, "active", reason=reason)


def change_status(
    uow: UnitOfWork,
    membership_id: UUID,
    status: MembershipStatus,
    *,
    reason: str = "",
    seen: list[int] | None = None,
) -> Membership:
    """Move a membership along the table of transitions, or let it wait.

    Raises TransitionNotAllowed, and ChangedMeanwhile when its version is none of those ``seen``.
    """
    if status in STARTING:
        found = uow.get(Membership, membership_id)
        if found.status == "pending" and must_wait(uow, found.customer_id, is_free=found.is_free):
            return _wait(uow, membership_id, status, seen)
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, seen)
    return _move(uow, membership, status, reason=reason)


def start_waiting(uow: UnitOfWork, customer_id: UUID | None = None) -> None:
    """Start what waits no longer: memberships of a customer, or, when the policy changed, of everybody."""
    policy = policy_of(uow)
    for membership, status in uow.session.execute(_waiting(customer_id)).all():
        if membership.waits_to_be and not waits(policy, status, is_free=membership.is_free):
            _move(uow, membership, membership.waits_to_be)


def leave_pending(uow: UnitOfWork, customer_id: UUID) -> None:
    """Let the customer's memberships wait for nothing: they stay pending until somebody starts them."""
    for membership, _status in uow.session.execute(_waiting(customer_id)).all():
        membership.left_to_be, membership.waits_to_be = membership.waits_to_be, None


def start_left_pending(uow: UnitOfWork, customer_id: UUID) -> int:
    """Start what was left pending when the customer was verified; return how many were.

    Not what is pending for want of a payment. What has to wait for another verification by now waits.
    """
    must = {is_free: must_wait(uow, customer_id, is_free=is_free) for is_free in (True, False)}
    mine = Membership.customer_id == customer_id, Membership.left_to_be.is_not(None)
    found = select(Membership).where(*mine).order_by(Membership.id).with_for_update(of=Membership)
    left = uow.session.scalars(found.execution_options(populate_existing=True)).all()
    for membership in left:
        if must[membership.is_free]:
            membership.waits_to_be, membership.left_to_be = membership.left_to_be, None
        elif membership.left_to_be is not None:
            _move(uow, membership, membership.left_to_be)
    if left:
        numbers = [membership.number for membership in left]
        uow.publish(PendingMembershipsStarted(customer_id=customer_id, numbers=numbers))
    return len(left)


def _start_or_wait(uow: UnitOfWork, membership: Membership, status: MembershipStatus) -> None:
    if must_wait(uow, membership.customer_id, is_free=membership.is_free):
        membership.waits_to_be = status
    else:
        membership.change_status(status, uow.now)
        begin_trial(uow, membership)


def _wait(
    uow: UnitOfWork, membership_id: UUID, status: MembershipStatus, seen: list[int] | None
) -> Membership:
    """Remember what a pending membership is to become; one that somebody started meanwhile does not wait."""
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, seen)
    if membership.status != "pending":
        return _move(uow, membership, status)
    require_trial_days(status, membership.trial_days)
    membership.waits_to_be, membership.left_to_be = status, None
    record(uow, membership, act="wait for verification", after={"waits_to_be": status})
    return membership


def _waiting(customer_id: UUID | None) -> Select[Membership, str | None]:
    """Memberships that wait, locked, and how their customers stand."""
    his = (CustomerVerification.network_id == Membership.network_id) & (
        CustomerVerification.customer_id == Membership.customer_id
    )
    waiting = (
        select(Membership, CustomerVerification.status)
        .outerjoin(CustomerVerification, his)
        .where(Membership.waits_to_be.is_not(None))
        .order_by(Membership.id)
        .with_for_update(of=Membership)
        .execution_options(populate_existing=True)
    )
    return waiting.where(Membership.customer_id == customer_id) if customer_id else waiting


def _move(
    uow: UnitOfWork, membership: Membership, status: MembershipStatus, *, reason: str = ""
) -> Membership:
    row = transition(membership.status, status)
    _require_may(uow, row)
    if status == "active":
        begin(uow, membership)
    before = membership.change_status(status, uow.now)
    if status == "trialing":
        begin_trial(uow, membership)
    if status == "cancelled":
        release_credit(uow, membership)
    record(uow, membership, act=row.act, before={"status": before}, after={"status": status}, reason=reason)
    uow.publish(
        MembershipStatusChanged(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            number=membership.number,
            before=before,
            after=status,
            reason=reason,
            expires_at=membership.expires_at,
        )
    )
    return membership


def _require_may(uow: UnitOfWork, row: Transition) -> None:
    """Raise TransitionNotAllowed, or Forbidden, when the step is not for whoever asks."""
    asking: By = "worker" if uow.identity.actor == "worker" else "console"
    if asking not in row.by:
        raise TransitionNotAllowed(N_("This is not done by hand: it follows from payments and from time."))
    uow.identity.require("billing.edit", "billing.refund")
