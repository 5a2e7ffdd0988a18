"""What a payment gateway keeps of a charge: booked once, when it is known, which may be days later."""

from datetime import timedelta
from uuid import UUID

from kernel.contracts.money import Money
from kernel.contracts.plugins import Outcome, PaymentGateway, Sought
from kernel.database import UnitOfWork
from kernel.work import Claim, finish
from services.billing.books.ledger import book
from services.billing.gateways.configured import Gateways
from services.billing.models import Charge, FeeQuestion

FIRST = timedelta(hours=1)


def note_fee(uow: UnitOfWork, charge: Charge, payment_id: UUID, outcome: Outcome) -> None:
    """Book what the gateway kept, or have it asked for when it will say it later."""
    if outcome.fee is not None:
        _book(uow, charge, payment_id, outcome.fee)
    elif outcome.is_fee_pending:
        uow.add(FeeQuestion(id=charge.id, due_at=uow.now + FIRST, created_at=uow.now))


def take_up(uow: UnitOfWork, gateways: Gateways, mine: Claim) -> tuple[PaymentGateway, Sought]:
    """Return whom to ask for the fee, and about what. Raises GatewayNotReady."""
    charge = uow.get(Charge, mine.id)
    sought = Sought("charge", key=charge.key, reference=charge.reference)
    return gateways.open(uow, charge.gateway), sought


def note_answer(uow: UnitOfWork, mine: Claim, outcome: Outcome) -> None:
    """Book the fee, with the end of asking; of a gateway that keeps none there is nothing to book.

    Raises LeaseLost, which undoes it.
    """
    charge = uow.get(Charge, mine.id, lock=True)
    if outcome.fee is not None:
        _book(uow, charge, charge.payment_id, outcome.fee)
    finish(uow, FeeQuestion, mine)


def _book(uow: UnitOfWork, charge: Charge, payment_id: UUID, fee: Money) -> None:
    """Book in the currency that the gateway keeps its accounts in."""
    book(
        uow,
        cause=f"payment:{payment_id}:charge:{charge.id}:fee",
        act="fee",
        currency=fee.currency,
        amounts={"fees": fee.amount, "gateway_clearing": -fee.amount},
        payment_id=payment_id,
    )
