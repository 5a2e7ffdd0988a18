"""What a change did, said as what it would do: when, for how much, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.contracts.memberships import ChangePreview, PreviewLine
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from services.billing.memberships.terms import Terms
from services.billing.models import Membership, Payment


@dataclass(frozen=True)
class Outcome:
    """When a change takes effect, its lines, what is to be paid for it, and which bills it replaced."""

    at: datetime
    lines: list[PreviewLine]
    payment: Payment | None
    replaced: Sequence[Payment]


def preview_of(
    uow: UnitOfWork,
    membership: Membership,
    before: Terms,
    terms: Terms,
    outcome: Outcome,
    *,
    version: int,
) -> ChangePreview:
    """Return the preview of a change that was made."""
    uow.session.flush()
    next_at = _next_at(membership, terms)
    due = outcome.payment.total if outcome.payment else 0
    return ChangePreview(
        takes_effect_at=outcome.at,
        lines=outcome.lines,
        due=_money(membership, due),
        credit=_money(membership, membership.credit),
        price_before=_money(membership, before.amount),
        price=_money(membership, terms.amount),
        period=terms.period,
        expires_at=membership.expires_at,
        next_at=next_at,
        next_due=_money(membership, max(terms.amount - membership.credit, 0)) if next_at else None,
        replaces=outcome.replaced[0].number if outcome.replaced else None,
        version=version,
    )


def _next_at(membership: Membership, terms: Terms) -> datetime | None:
    """Return when the next period is due; None when nothing follows, or nobody knows when."""
    is_over = terms.cycles is not None and membership.cycles_billed >= terms.cycles
    if membership.status in {"pending", "expired"} or is_over:
        return None
    return membership.trial_ends_at if membership.status == "trialing" else membership.expires_at


def _money(membership: Membership, amount: int) -> Money:
    return Money(amount=amount, currency=membership.currency)
