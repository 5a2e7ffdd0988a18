"""What can be done to many customers: each action is the use case that does it to one."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.jobs import BulkOrder
from kernel.database import UnitOfWork
from kernel.errors import N_, Invalid
from services.customers.deletion import asking as deletions
from services.customers.models import Customer
from services.customers.profiles import registration, verification

Action = Callable[[UnitOfWork, UUID], object]

ACTIONS: Mapping[str, Action] = {
    "vip_on": partial(registration.mark_vip, is_vip=True),
    "vip_off": partial(registration.mark_vip, is_vip=False),
    "resend": verification.resend,
    "delete": partial(deletions.request_deletion, way="everything"),
}

NOBODY_TO_INHERIT = N_("Only who is deleted leaves something to another customer.")
IS_SELECTED = N_("This customer is among those who are deleted. Choose another one.")


class HeirNotValid(Invalid):
    """Nobody can take over so: there is no such customer, he goes himself, or nobody is deleted."""


def action_of(name: str, heir_id: UUID | None) -> Action:
    """Return the use case that does it to one customer."""
    if heir_id is None:
        return ACTIONS[name]
    return partial(deletions.request_deletion, way="hand_over", heir_id=heir_id)


def check_heir(uow: UnitOfWork, order: BulkOrder) -> None:
    """Raise HeirNotValid for who cannot take over; that he is found by the filter too, his own row says."""
    if order.heir_id is None:
        return
    if order.action != "delete":
        _refuse(NOBODY_TO_INHERIT)
    if order.heir_id in order.selection.ids:
        _refuse(IS_SELECTED)
    if uow.session.scalar(select(Customer.id).where(Customer.id == order.heir_id)) is None:
        _refuse(deletions.CHOOSE_HEIR)


def _refuse(sentence: str) -> None:
    raise HeirNotValid(sentence, fields={"heir_id": sentence})
