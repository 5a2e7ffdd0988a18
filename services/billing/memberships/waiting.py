"""Which memberships wait until their customer's e-mail address is verified: the one gate before a start.

The policy is the network's, the status the customer's; both are copies fed by events, and whatever has
not been told yet makes a membership wait. Whoever asks holds the copies' rows until his transaction ends,
making them first if need be: so the listener that changes one afterwards sees what was left waiting,
and who asks after the listener sees what it was told.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, delete, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.billing import MembershipStatus
from kernel.contracts.customers import Verification
from kernel.contracts.sites import VerificationPolicy
from kernel.contracts.verification import waits
from kernel.database import UnitOfWork
from services.billing.models import CustomerVerification, Network

STARTING: frozenset[MembershipStatus] = frozenset({"trialing", "active"})
"""What a pending membership that waits may be about to become."""


UPDATED: ColumnElement[bool] = literal_column("xmax <> 0")
"""Of a row that an INSERT returns: whether it was there before (PostgreSQL's own column)."""


def must_wait(uow: UnitOfWork, customer_id: UUID, *, is_free: bool) -> bool:
    """Whether a membership of the customer has to wait now; holds the answer. Ask before locking it."""
    policy = _held_policy(uow)
    if not waits(policy, None, is_free=is_free):
        return False
    return waits(policy, _held_status(uow, customer_id), is_free=is_free)


def note_policy(uow: UnitOfWork, policy: VerificationPolicy) -> bool:
    """Write the network's policy down; True when it is another than was known."""
    before = uow.session.scalar(select(Network.verification).with_for_update())
    told = insert(Network).values(network_id=uow.network_id, verification=policy)
    replaced = told.on_conflict_do_update(index_elements=["network_id"], set_={"verification": policy})
    uow.session.execute(replaced)
    return before != policy


def note_newcomers(uow: UnitOfWork, newcomers: Mapping[UUID, Verification]) -> list[UUID]:
    """Write new customers down; return those whom somebody had asked for before we were told.

    One statement: imports tell of a hundred thousand. What was told of one later is left alone.
    """
    rows = [
        {"network_id": uow.network_id, "customer_id": customer_id, "status": newcomers[customer_id]}
        for customer_id in sorted(newcomers)
    ]
    told = insert(CustomerVerification)
    learnt = told.on_conflict_do_update(
        index_elements=["network_id", "customer_id"],
        set_={"status": told.excluded.status},
        where=CustomerVerification.status.is_(None),
    ).returning(CustomerVerification.customer_id, UPDATED.label("was_there"))
    return [row.customer_id for row in uow.session.execute(learnt, rows) if row.was_there]


def note_status(uow: UnitOfWork, customer_id: UUID, status: Verification) -> None:
    """Write down how a customer's address stands now."""
    told = insert(CustomerVerification).values(
        network_id=uow.network_id, customer_id=customer_id, status=status
    )
    keys = ["network_id", "customer_id"]
    uow.session.execute(told.on_conflict_do_update(index_elements=keys, set_={"status": status}))


def forget(uow: UnitOfWork, customer_id: UUID) -> None:
    """Drop the copy of a customer who was deleted."""
    mine = delete(CustomerVerification).where(CustomerVerification.customer_id == customer_id)
    uow.session.execute(mine)


def policy_of(uow: UnitOfWork) -> str | None:
    """Return the network's policy, None while it has not been told."""
    return uow.session.scalar(select(Network.verification))


def _held_policy(uow: UnitOfWork) -> str | None:
    held = select(Network).with_for_update(read=True).execution_options(populate_existing=True)
    network = uow.session.scalar(held)
    if network is None:
        unknown = insert(Network).values(network_id=uow.network_id, verification=None)
        uow.session.execute(unknown.on_conflict_do_nothing())
        network = uow.session.scalars(held).one()
    return network.verification


def _held_status(uow: UnitOfWork, customer_id: UUID) -> str | None:
    mine = select(CustomerVerification).where(CustomerVerification.customer_id == customer_id)
    held = mine.with_for_update(read=True).execution_options(populate_existing=True)
    customer = uow.session.scalar(held)
    if customer is None:
        unknown = insert(CustomerVerification).values(
            network_id=uow.network_id, customer_id=customer_id, status=None
        )
        uow.session.execute(unknown.on_conflict_do_nothing())
        customer = uow.session.scalars(held).one()
    return customer.status
