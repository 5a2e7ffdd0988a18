"""What a person says of a dispute in another currency than its payment's: what the bank has, in that one."""

from uuid import UUID

from sqlalchemy import select

from kernel.contracts.events import DisputeWrittenDown
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Filled, Invalid, NotFound
from services.billing.amounts import in_words
from services.billing.books.ledger import book_disputed
from services.billing.locks import lock_payment
from services.billing.models import Dispute
from services.billing.payments.disputes import let_status_follow, told_of


class DisputeWaitsForNobody(Conflict):
    """The dispute is booked as it stands."""


def write_down_dispute(uow: UnitOfWork, dispute_id: UUID, money: Money, *, reason: str) -> Dispute:
    """Book what the bank has of the payment now, as a person read it at the gateway.

    When the bank moves money once more, he is asked once more. Raises NotFound, DisputeWaitsForNobody, and
    Invalid for more than was received or another currency.
    """
    payment_id = uow.session.scalar(select(Dispute.payment_id).where(Dispute.id == dispute_id))
    if payment_id is None:
        raise NotFound(Dispute.missing)
    payment = lock_payment(uow, payment_id)
    dispute = uow.get(Dispute, dispute_id, lock=True)
    if dispute.held_at is None:
        raise DisputeWaitsForNobody(N_("This dispute does not wait for anybody."))
    if money.currency != payment.currency or not 0 <= money.amount <= payment.captured:
        most = Filled(N_("At most %(most)s."), most=in_words(payment.money(payment.captured)))
        raise Invalid(fields={"amount": most})
    more = money.amount - (dispute.said or 0)
    payment.disputed += more
    book_disputed(uow, payment, more, step=f"dispute:{dispute.id}:{dispute.movements}:said")
    dispute.said, dispute.held_at = money.amount, None
    dispute.modified_at = payment.modified_at = uow.now
    let_status_follow(uow, payment)
    uow.publish(DisputeWrittenDown(**told_of(payment, dispute), taken=money, reason=reason))
    return dispute
