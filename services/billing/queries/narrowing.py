"""What narrows billing's lists alike: customers by their ids, and days as the network has them."""

from datetime import date, datetime
from uuid import UUID

from kernel.database import UnitOfWork
from kernel.days import span
from kernel.errors import N_, Invalid
from services.billing.networks import time_zone

NO_IDS = N_("These are no ids of customers.")


def customers_in(given: str) -> list[UUID]:
    """Return the ids that stand in ``given``, divided by commas. Raises Invalid."""
    try:
        return [UUID(one) for one in given.split(",") if one]
    except ValueError as wrong:
        raise Invalid(NO_IDS, fields={"customers": NO_IDS}) from wrong


def days_between(
    uow: UnitOfWork, first: date | None, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """Return when the days begin and are over in the network; asks for its zone only when there are any."""
    return span(first, last, time_zone(uow)) if first or last else (None, None)
