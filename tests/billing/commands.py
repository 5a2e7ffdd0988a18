"""Everything that may be done to a membership, chosen at random: by people, by money and by time."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.billing import MembershipStatus, Period
from kernel.contracts.memberships import (
    ChangeOrder,
    MembershipChanges,
    MembershipEdit,
    ProductQuantity,
    ResubscribeOrder,
)
from kernel.database import UnitOfWork
from kernel.errors import Failure
from kernel.ids import new_id
from services.billing.memberships.by_hand import resubscribe
from services.billing.memberships.cancellations import cancel_at_period_end, cancel_now, undo_cancellation
from services.billing.memberships.changes import change_products, schedule_price, withdraw_change
from services.billing.memberships.edits import convert_to_lifetime, edit_membership
from services.billing.memberships.lifecycle import change_status
from services.billing.models import Membership, MembershipPeriod, Payment
from services.billing.models.payments import PAYABLE, REFUNDABLE
from services.billing.payments.lifecycle import complete_payment
from services.billing.products.sale import Offer, create_product
from services.billing.refunds.lifecycle import request_refund
from tests.billing.conftest import MONTHLY, sek
from tests.billing.days import PRICE, Days, at

YEARLY = Period(length=1, unit="year")
BY_HAND: tuple[MembershipStatus, ...] = ("trialing", "active", "active", "on_hold", "expired")
STEPS = tuple(timedelta(hours=hours) for hours in (1, 36, 24 * 9, 24 * 31))


@dataclass
class Story:
    """One customer's memberships, and what was done to them; ``said`` is what to read when it went wrong."""

    days: Days
    chance: Random
    said: list[str] = field(default_factory=list)
    released: int = 0
    refunded: int = 0
    too_late: set[UUID] = field(default_factory=set)

    def begin(self) -> None:
        """Open a network with two plans, one of them in a trial or not, and a membership."""
        self.days.found()
        with at(self.days.now), self.days.billing.unit_of_work(self.days.owner) as uow:
            offers = [Offer(sek(49900), MONTHLY), Offer(sek(299000), YEARLY)]
            self.large_id = create_product(
                uow, slug="stor", name="Stor", kind="plan", pricing="paid", offers=offers
            ).id
        self.membership_id = self.days.start(
            new_id(), is_active=self.chance.random() < 0.3, trial_days=self.chance.choice((0, 0, 14))
        )

    def go_on(self) -> None:
        """Do one thing; a sentence that refuses it is an answer like another, anything else is a fault."""
        command = self.chance.choice(COMMANDS)
        self.said.append(f"{self.days.now:%Y-%m-%d %H:%M} {command.__name__[1:]}")
        with suppress(Failure):
            command(self)
        self.days.work()

    def do(self, act: Callable[[UnitOfWork], object]) -> None:
        """Do it in a unit of work of its own, at the moment where the clock stands."""
        with at(self.days.now), self.days.billing.unit_of_work(self.days.owner) as uow:
            act(uow)

    def edit(self, **changes: Any) -> None:
        asked = MembershipEdit(seen=None, changes=MembershipChanges(**changes))
        self.do(lambda uow: edit_membership(uow, self.membership_id, asked))

    def some_day(self) -> datetime:
        return self.days.now + timedelta(days=self.chance.randint(1, 45))


def _set_status(story: Story) -> None:
    status = story.chance.choice(BY_HAND)
    story.said[-1] += f" {status}"
    story.do(lambda uow: change_status(uow, story.membership_id, status))


def _cancel_now(story: Story) -> None:
    held = _held_by_credit(story)
    story.do(lambda uow: cancel_now(uow, story.membership_id))
    story.released += held - _held_by_credit(story)


def _cancel_at_period_end(story: Story) -> None:
    story.do(lambda uow: cancel_at_period_end(uow, story.membership_id))


def _undo(story: Story) -> None:
    story.do(lambda uow: undo_cancellation(uow, story.membership_id))


def _resubscribe(story: Story) -> None:
    order = ResubscribeOrder(price=story.chance.choice(("keep", "recompute")))
    story.said[-1] += f" {order.price}"

    def again(uow: UnitOfWork) -> None:
        story.membership_id = resubscribe(uow, story.membership_id, order).id

    story.do(again)


def _change(story: Story) -> None:
    product_id, period = story.chance.choice(
        ((story.days.product_id, MONTHLY), (story.large_id, MONTHLY), (story.large_id, YEARLY))
    )
    order = ChangeOrder(
        products=(ProductQuantity(product_id=product_id, quantity=story.chance.choice((1, 1, 3))),),
        keeps_period=False,
        period=period,
        when=story.chance.choice(("now", "now", "period_end")),
    )
    story.said[-1] += f" {order.when} {period.unit} {order.products[0].quantity}"
    story.do(lambda uow: change_products(uow, story.membership_id, order))


def _withdraw_change(story: Story) -> None:
    story.do(lambda uow: withdraw_change(uow, story.membership_id))


def _reprice(story: Story) -> None:
    """Let the membership's plan cost something else, for those who have it already, too."""

    def give_price(uow: UnitOfWork) -> None:
        product_id = uow.get(Membership, story.membership_id).product_id
        unit = story.chance.choice((100, PRICE))
        schedule_price(uow, story.membership_id, product_id=product_id, unit=unit)

    story.do(give_price)


def _edit_price(story: Story) -> None:
    story.edit(amount=story.chance.choice((0, 100, PRICE)))


def _move_end(story: Story) -> None:
    moment = story.some_day()
    story.said[-1] += f" to {moment:%Y-%m-%d %H:%M}"
    story.edit(expires_at=moment)


def _move_trial(story: Story) -> None:
    story.edit(trial_ends_at=story.some_day())


def _convert(story: Story) -> None:
    if story.chance.random() < 0.3:
        story.do(lambda uow: convert_to_lifetime(uow, story.membership_id))


def _pay(story: Story) -> None:
    with story.days.billing.unit_of_work(story.days.owner) as uow:
        asked = select(Payment.id, Membership.status).join(Membership, Membership.id == Payment.membership_id)
        found = uow.session.execute(asked.where(Payment.status.in_(PAYABLE)).order_by(Payment.number)).first()
    if found is None:
        return
    story.do(lambda uow: complete_payment(uow, found.id))
    if found.status == "cancelled":
        story.too_late.add(found.id)


def _refund(story: Story) -> None:
    def give_back(uow: UnitOfWork) -> None:
        paid = select(Payment).where(Payment.status.in_(REFUNDABLE)).order_by(Payment.number.desc()).limit(1)
        if (payment := uow.session.scalar(paid)) is not None and payment.refundable > 1:
            part = sek(payment.refundable // story.chance.choice((1, 2)))
            request_refund(uow, payment.id, part)
            story.refunded += part.amount

    story.do(give_back)


def _wait(story: Story) -> None:
    story.days.go_to(story.days.now + story.chance.choice(STEPS))


def _wait_for_a_boundary(story: Story) -> None:
    """Go to the very instant at which a time begins or ends."""
    with story.days.billing.unit_of_work(story.days.owner) as uow:
        ends = select(MembershipPeriod.ends_at).where(MembershipPeriod.ends_at > story.days.now)
        moment = uow.session.scalar(ends.order_by(MembershipPeriod.ends_at).limit(1))
    if moment is not None:
        story.days.go_to(moment)


def _held_by_credit(story: Story) -> int:
    with story.days.billing.unit_of_work(story.days.owner) as uow:
        return sum(uow.session.scalars(select(Payment.credited)))


COMMANDS = (
    _set_status, _set_status, _cancel_now, _cancel_at_period_end, _undo, _resubscribe, _resubscribe, _change,
    _change, _change, _withdraw_change, _reprice, _edit_price, _move_end, _move_end, _move_trial, _convert,
    _pay, _pay, _pay, _refund, _wait, _wait, _wait_for_a_boundary,
)  # fmt: skip
