"""Change what a membership consists of: now, the unused being counted against it, or when its time is over.

A preview is the change itself, made and undone: what it says is what will be done, to the minor unit.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.events import MembershipChanged
from kernel.contracts.memberships import ChangeMade, ChangeOrder, ChangePreview
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, NotFound
from services.billing.invoices.issuing import hold_series
from services.billing.memberships.bills import ask_first, withdraw_bills
from services.billing.memberships.cancellations import end_of_time
from services.billing.memberships.collecting import collect
from services.billing.memberships.history import differences, record, require_version
from services.billing.memberships.previews import Outcome, preview_of
from services.billing.memberships.schedule import schedule, scheduled_of, withdraw_scheduled
from services.billing.memberships.settling import settle
from services.billing.memberships.terms import Terms, TermsNotValid, put_terms, terms_of, wanted_terms
from services.billing.models import Membership, Product

ONCE = N_("What is paid once begins when it is bought: change it now.")


class NotChangeable(Conflict):
    """The membership is cancelled, or ends with its time."""


class NoChangeScheduled(Conflict):
    """There is no change to withdraw."""


class _Seen(Exception):
    def __init__(self, preview: ChangePreview) -> None:
        super().__init__()
        self.preview = preview


def preview_change(uow: UnitOfWork, membership_id: UUID, order: ChangeOrder) -> ChangePreview:
    """Return what the change would cost and when; nothing is changed. Raises as ``change_products`` does."""
    try:
        with uow.attempt():
            raise _Seen(_carry_out(uow, membership_id, order)[1].preview)
    except _Seen as seen:
        return seen.preview


def change_products(uow: UnitOfWork, membership_id: UUID, order: ChangeOrder) -> ChangeMade:
    """Change products, price or period, and get what that costs: from a saved method, else by its invoice.

    Raises NotChangeable, ChangedMeanwhile, TermsNotValid, NotSoldThatWay, NothingToChange, NothingLeftToRun,
    NotPaidYet, and ChargeUnderWay while a bill of it is being charged.
    """
    membership, made = _carry_out(uow, membership_id, order)
    if made.payment_id is not None:
        collect(uow, membership, made.payment_id)
    return made


def _carry_out(uow: UnitOfWork, membership_id: UUID, order: ChangeOrder) -> tuple[Membership, ChangeMade]:
    uow.identity.require("billing.edit")
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, order.seen)
    _require_changeable(membership)
    version = membership.version
    before, terms = terms_of(uow, membership), wanted_terms(uow, membership, order)
    if order.when == "period_end":
        outcome = _change_later(uow, membership, terms)
    else:
        outcome = _change_now(uow, membership, before, terms)
    preview = preview_of(uow, membership, before, terms, outcome, version=version)
    return membership, ChangeMade(preview=preview, payment_id=outcome.payment.id if outcome.payment else None)


def withdraw_change(uow: UnitOfWork, membership_id: UUID, *, seen: list[int] | None = None) -> None:
    """Let the change that is scheduled not happen. Raises NoChangeScheduled, ChangedMeanwhile."""
    uow.identity.require("billing.edit")
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, seen)
    if not withdraw_scheduled(uow, membership):
        raise NoChangeScheduled(N_("No change of this membership is scheduled."))


def carry_out_change(uow: UnitOfWork, membership: Membership) -> None:
    """Do what was scheduled, once the time that ran is over; called by the worker, with the row locked.

    The terms are those that were agreed on when it was scheduled, whatever the products cost by now.
    """
    waiting = scheduled_of(uow, membership)
    if waiting is None:
        return
    waiting.state = "done"
    before, terms = terms_of(uow, membership), Terms.of_json(waiting.terms)
    put_terms(uow, membership, terms)
    if terms.period != before.period:
        membership.anchor_at = None
    if terms.items[0].product_id != before.items[0].product_id:
        membership.cycles_billed = 0
    note_change(uow, membership, before, terms, act="change as scheduled")


def schedule_price(uow: UnitOfWork, membership_id: UUID, *, product_id: UUID, unit: int) -> None:
    """Let one of the product cost ``unit`` when the time that runs is over; the rest stays as it is.

    An amount that was agreed on by hand is kept, and so is a change that waits: NotChangeable. Raises
    NothingLeftToRun and ChargeUnderWay too.
    """
    uow.identity.require("billing.edit")
    membership = uow.get(Membership, membership_id, lock=True)
    _require_changeable(membership)
    before = terms_of(uow, membership)
    if before.amount != before.listed or scheduled_of(uow, membership) is not None:
        raise NotChangeable(N_("This membership has a price of its own, or changes with its time already."))
    items = tuple(
        replace(item, unit=unit) if item.product_id == product_id else item for item in before.items
    )
    terms = replace(before, items=items)
    _change_later(uow, membership, replace(terms, amount=terms.listed))


def note_change(
    uow: UnitOfWork, membership: Membership, before: Terms, terms: Terms, *, act: str, reason: str = ""
) -> None:
    """Write down, and say, that a membership consists of something else now."""
    was, now = differences(before.as_json(), terms.as_json())
    record(uow, membership, act=act, before=was, after=now, reason=reason)
    publish_changed(uow, membership, list(now))


def publish_changed(uow: UnitOfWork, membership: Membership, fields: list[str]) -> None:
    """Say that fields of a membership are others now."""
    product = uow.get(Product, membership.product_id)
    uow.publish(
        MembershipChanged(
            membership_id=membership.id,
            customer_id=membership.customer_id,
            number=membership.number,
            product=product.name,
            fields=fields,
            is_free=membership.is_free,
            expires_at=membership.expires_at,
        )
    )


def _change_now(uow: UnitOfWork, membership: Membership, before: Terms, terms: Terms) -> Outcome:
    hold_series(uow, "invoice")
    replaced = withdraw_bills(uow, membership)
    withdraw_scheduled(uow, membership)
    if terms.items[0].product_id != before.items[0].product_id:
        membership.cycles_billed = 0
    settlement = settle(uow, membership, terms)
    payment = settlement.payment
    if membership.status == "pending" and replaced:
        payment = ask_first(uow, membership)
    note_change(uow, membership, before, terms, act="change products")
    return Outcome(uow.now, settlement.lines, payment, replaced)


def _change_later(uow: UnitOfWork, membership: Membership, terms: Terms) -> Outcome:
    if terms.period is None:
        raise TermsNotValid(ONCE, fields={"when": ONCE})
    due_at = end_of_time(membership, uow.now)
    _hold_products(uow, terms)
    replaced = withdraw_bills(uow, membership)
    schedule(uow, membership, terms.as_json(), due_at=due_at)
    return Outcome(due_at, [], None, replaced)


def _hold_products(uow: UnitOfWork, terms: Terms) -> None:
    """Let nobody delete them before the change that names them can be seen. Raises NotFound."""
    ids = {item.product_id for item in terms.items}
    held = select(Product.id).where(Product.id.in_(ids)).order_by(Product.id)
    if len(uow.session.scalars(held.with_for_update(read=True, key_share=True)).all()) < len(ids):
        raise NotFound(Product.missing)


def _require_changeable(membership: Membership) -> None:
    if membership.status == "cancelled":
        raise NotChangeable(N_("A cancelled membership cannot be changed. Subscribe again instead."))
    if membership.cancels_at is not None:
        raise NotChangeable(N_("This membership ends with its time. Undo the cancellation first."))
