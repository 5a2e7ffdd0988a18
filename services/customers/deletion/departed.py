"""Who is gone: asked by what is written later than he went."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from kernel.contracts.deletions import Way
from kernel.database import UnitOfWork
from services.customers.models import Deletion


@dataclass(frozen=True)
class Departed:
    """Those of some ids that belonged to customers who were deleted, and in which way: ``ways``."""

    ways: Mapping[UUID, Way]

    def without(self, subjects: Mapping[str, UUID]) -> dict[str, UUID]:
        """Return the subjects of a line that are left; the sites of who was deleted with everything went too.

        ``{"customer_id": ..., "payment_id": ...}`` leaves the payment.
        """
        gone = {self.ways[subject] for subject in subjects.values() if subject in self.ways}
        left = {name: subject for name, subject in subjects.items() if subject not in self.ways}
        if "everything" in gone:
            left.pop("site_id", None)
        return left


def departed(uow: UnitOfWork, ids: Collection[UUID]) -> Departed:
    """Return who of these is gone; whose deletion runs is kept from going until the transaction ends."""
    if not ids:
        return Departed({})
    theirs = or_(Deletion.customer_id.in_(ids), Deletion.account_id.in_(ids))
    found = select(Deletion.customer_id, Deletion.account_id, Deletion.way, Deletion.state).where(
        theirs, Deletion.state != "refused"
    )
    rows = uow.session.execute(found.with_for_update(read=True)).all()
    return Departed(
        {one: row.way for row in rows if row.state == "done" for one in (row.customer_id, row.account_id)}
    )
