"""What comes next for a membership: the worker's own steps, looked at ahead."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.agenda import ComingStep, WhatComes
from kernel.database import UnitOfWork
from services.billing.agenda.snapshots import read
from services.billing.agenda.steps import Snapshot, Step, outlook
from services.billing.models import Membership, MembershipAgenda

FINAL = frozenset({"remind", "hold", "expire", "abandon"})


def what_comes(uow: UnitOfWork, membership_id: UUID) -> WhatComes:
    """Return the steps that follow if nobody does anything. Raises NotFound."""
    membership = uow.get(Membership, membership_id)
    known = read(uow, membership).snapshot
    given_up = select(MembershipAgenda.last_error).where(
        MembershipAgenda.id == membership_id, MembershipAgenda.state == "dead"
    )
    return WhatComes(
        steps=list(_told(known, outlook(known, uow.now))),
        is_charged=known.is_charged,
        has_method=known.can_charge,
        waits=known.waits,
        asks_again=known.bill is not None and not known.bill.is_open,
        trouble=uow.session.scalar(given_up) or "",
    )


def _told(known: Snapshot, steps: Sequence[Step]) -> Iterator[ComingStep]:
    """Say of each step whether paying before would spare it."""
    is_billed = known.bill is not None
    is_tried = known.bill is not None and known.bill.tried_at is not None
    for step in steps:
        is_spared = (step.act in FINAL and is_billed) or (step.act == "charge" and is_tried)
        is_billed = is_billed or step.act == "bill"
        is_tried = is_tried or step.act == "charge"
        tries = len(known.rules.dunning) if step.number else 0
        yield ComingStep(act=step.act, at=step.as_of, if_unpaid=is_spared, number=step.number, tries=tries)
