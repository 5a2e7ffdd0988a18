"""What narrows billing's lists alike: days as the network has them."""

from datetime import date, datetime

from kernel.database import UnitOfWork
from kernel.days import span
from services.billing.networks import time_zone


def days_between(
    uow: UnitOfWork, first: date | None, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """Return when the days begin and are over in the network; asks for its zone only when there are any."""
    return span(first, last, time_zone(uow)) if first or last else (None, None)
