"""What a change in the middle of a period costs: the unused is counted against what comes instead.

Whoever trials, has not begun, or has no time that runs, pays and gets nothing: the next bill is another.
With the same period the rest of it is charged, at its part of the new price; with another one a whole new
period begins now. What the unused is worth more than that becomes credit. Setting up is not charged again.
"""

from dataclasses import dataclass
from datetime import datetime

from kernel.contracts.memberships import PreviewLine
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from services.billing.amounts import spread
from services.billing.memberships.bills import pay_until
from services.billing.memberships.credits import use_credit
from services.billing.memberships.paid_time import grant, periods_of, take_back
from services.billing.memberships.terms import Terms, put_terms
from services.billing.memberships.times import Stretch, at_other_terms, running
from services.billing.models import Membership, Payment
from services.billing.networks import locale, time_zone
from services.billing.payments.lifecycle import create_payment
from services.billing.payments.lines import Item

UNUSED = {"en": "Unused time", "sv": "Outnyttjad tid"}
CREDIT = {"en": "Credit from before", "sv": "Tillgodohavande"}


@dataclass(frozen=True)
class Settlement:
    """The parts of what a change costs, and the payment that was asked for, if any of it is left to pay."""

    lines: list[PreviewLine]
    payment: Payment | None


def settle(uow: UnitOfWork, membership: Membership, terms: Terms) -> Settlement:
    """Let the membership consist of other things, and ask for the difference. Raises NotPaidYet."""
    runs = running(periods_of(uow, membership), uow.now)
    is_same = (terms.amount, terms.period) == (membership.amount, membership.period)
    if membership.status not in {"active", "on_hold"} or runs is None or is_same:
        put_terms(uow, membership, terms)
        return Settlement([], None)
    stretch, charge = at_other_terms(membership, terms.amount, terms.period, uow.now, time_zone(uow))
    unused = take_back(uow, membership, uow.now)
    put_terms(uow, membership, terms)
    if stretch.is_new:
        membership.expires_at = None
        membership.cycles_billed += 1
    return _charge(uow, membership, terms, stretch, charge=charge, unused=unused)


def _charge(
    uow: UnitOfWork, membership: Membership, terms: Terms, stretch: Stretch, *, charge: int, unused: int
) -> Settlement:
    """Ask for the new time, less what is unused and what credit there was; keep what is over as credit."""
    from_before = membership.credit
    membership.credit += unused
    credit = use_credit(membership, charge)
    payment = _ask(uow, membership, terms, stretch, charge=charge, credit=credit) if charge > credit else None
    grant(
        uow,
        membership,
        None,
        stretch,
        kind="change",
        amount=charge,
        payment_id=payment.id if payment else None,
    )
    lines = [_line(membership, name, amount, stretch) for name, amount in _parts(terms, charge)]
    words = locale(uow)
    if unused:
        lines.append(_line(membership, UNUSED.get(words, UNUSED["en"]), -unused, stretch))
    if from_before:
        lines.append(_line(membership, CREDIT.get(words, CREDIT["en"]), -from_before))
    return Settlement(lines, payment)


def _ask(
    uow: UnitOfWork, membership: Membership, terms: Terms, stretch: Stretch, *, charge: int, credit: int
) -> Payment:
    payment = create_payment(
        uow,
        customer_id=membership.customer_id,
        currency=membership.currency,
        items=[Item(name, amount) for name, amount in _parts(terms, charge)],
        discount=credit,
        membership_id=membership.id,
        gateway=membership.gateway,
        kind="change",
        due_at=pay_until(uow),
    )
    payment.credit = credit
    for line in payment.lines:
        line.starts_at, line.ends_at = stretch.starts_at, stretch.ends_at
    uow.session.flush()
    return payment


def _parts(terms: Terms, charge: int) -> list[tuple[str, int]]:
    """Divide what is charged over the products, in proportion to what they cost; the parts sum to it."""
    weights = [item.unit * item.quantity for item in terms.items]
    names = [_named(item.name, item.quantity) for item in terms.items]
    if not any(weights):
        return [(names[0], charge)] if charge else []
    return [(name, part) for name, part in zip(names, spread(charge, weights), strict=True) if part]


def _named(name: str, quantity: int) -> str:
    return name if quantity == 1 else f"{quantity} × {name}"


def _line(
    membership: Membership, description: str, amount: int, stretch: Stretch | None = None
) -> PreviewLine:
    return PreviewLine(
        description=description,
        amount=Money(amount=amount, currency=membership.currency),
        starts_at=stretch.starts_at if stretch else None,
        ends_at=_end(stretch),
    )


def _end(stretch: Stretch | None) -> datetime | None:
    return stretch.ends_at if stretch else None
