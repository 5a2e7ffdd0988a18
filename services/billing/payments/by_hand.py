"""A person asks a customer for money, or writes down that it came."""

from datetime import datetime
from uuid import UUID

from kernel.contracts.payments import PaymentOrder
from kernel.database import UnitOfWork
from kernel.days import span
from kernel.errors import N_, Invalid
from kernel.tombstones import require_alive
from services.billing.gateways.configured import MANUAL, default_gateway
from services.billing.models import DepartedCustomer, Membership, Payment
from services.billing.networks import time_zone
from services.billing.payments.charges import require_ready
from services.billing.payments.lifecycle import add_payment, complete_payment
from services.billing.payments.ordered_lines import lines_of

TOO_LATE = N_("Choose an earlier day.")


class NoSuchDay(Invalid):
    """The last day to pay is the last one that there is."""


class NotTheirs(Invalid):
    """The membership is another customer's, or is billed in another currency."""


def add_by_hand(uow: UnitOfWork, order: PaymentOrder) -> Payment:
    """Make a pending payment of what somebody typed.

    Raises Departed, NotTheirs, LineIncomplete, NoSuchDay.
    """
    require_alive(uow, DepartedCustomer, order.customer_id)
    if order.membership_id:
        _check_membership(uow, order, order.membership_id)
    gateway = order.gateway or default_gateway(uow)
    if gateway != MANUAL:
        require_ready(uow, gateway)
    return add_payment(
        uow,
        customer_id=order.customer_id,
        currency=order.currency,
        lines=lines_of(uow, order.lines, currency=order.currency, discount=order.discount),
        membership_id=order.membership_id,
        gateway=gateway,
        due_at=_end_of_day(uow, order),
    )


def complete_by_hand(uow: UnitOfWork, payment_id: UUID, *, reference: str) -> Payment:
    """Write down that the money came by another way than a gateway's. Raises as ``complete_payment`` does."""
    return complete_payment(uow, payment_id, reference=reference, gateway=MANUAL)


def _check_membership(uow: UnitOfWork, order: PaymentOrder, membership_id: UUID) -> None:
    membership = uow.get(Membership, membership_id)
    if membership.customer_id != order.customer_id:
        sentence = N_("This membership is another customer's.")
        raise NotTheirs(sentence, fields={"membership_id": sentence})


def _end_of_day(uow: UnitOfWork, order: PaymentOrder) -> datetime | None:
    """Return when the last day to pay is over, where the network is."""
    if order.due_on is None:
        return None
    _begins, ends = span(order.due_on, order.due_on, time_zone(uow))
    if ends is None:
        raise NoSuchDay(TOO_LATE, fields={"due_on": TOO_LATE})
    return ends
