"""Ids that stand in an address, divided by commas."""

from uuid import UUID

from kernel.errors import N_, Invalid

NO_IDS = N_("These are no ids of customers.")


def customers_in(given: str) -> list[UUID]:
    """Return the ids that stand in ``given``, divided by commas. Raises Invalid."""
    try:
        return [UUID(one) for one in given.split(",") if one]
    except ValueError as wrong:
        raise Invalid(NO_IDS, fields={"customers": NO_IDS}) from wrong
