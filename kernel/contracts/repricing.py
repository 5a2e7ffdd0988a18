"""Giving running memberships the new price of their product."""

from datetime import datetime
from uuid import UUID

from kernel.contracts.billing import Period
from kernel.contracts.common import Contract
from kernel.contracts.money import Money


class PriceStep(Contract):
    """So many memberships pay ``before`` per period for one of the product, and would pay ``after``."""

    before: Money
    after: Money
    period: Period
    memberships: int


class Repricing(Contract):
    """How far an order has come: ``changed`` memberships of ``expected``; ``passed_over``: it could not be.

    ``is_stopped``: the product was changed once more, so the rest keeps its price.
    """

    product_id: UUID
    expected: int
    changed: int
    passed_over: int
    is_stopped: bool
    created_at: datetime
    finished_at: datetime | None


class RepricingPreview(Contract):
    """``GET /v1/products/<id>/repricing``: what an order would do; nothing is changed.

    ``left_alone``: memberships at another price that would keep it: the amount was agreed on by hand, they
    end or change with their time, or have none that runs. ``version``: of the product that was looked at.
    ``last``: the newest order there was.
    """

    steps: list[PriceStep]
    left_alone: int
    version: int
    last: Repricing | None

    @property
    def memberships(self) -> int:
        return sum(step.memberships for step in self.steps)


class RepricingOrder(Contract):
    """``POST /v1/products/<id>/repricing``: do it; ``seen`` is the version of the product in the preview."""

    seen: int
