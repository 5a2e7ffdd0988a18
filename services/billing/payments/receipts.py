"""Take the money that a charge brought, also when nobody waits for it any more.

Whoever has paid a payment twice, by two ways, or one that was cancelled meanwhile, has paid: his money is
neither lost nor hidden. It becomes a payment of its own, completed, which can be given back like any other.
"""

from kernel.contracts.events import PaymentReceivedTwice
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from services.billing.models import Charge, Payment
from services.billing.models.payments import OPEN
from services.billing.networks import locale
from services.billing.payments.fees import note_fee
from services.billing.payments.lifecycle import add_payment, receive
from services.billing.payments.lines import Item, priced_lines
from services.billing.payments.under_way import end_charge, end_page, has_page

TWICE = {
    "en": "Payment %(number)s, paid once more",
    "sv": "Betalning %(number)s, betald en gång till",
}
LATE = {
    "en": "Payment %(number)s, paid after it was cancelled",
    "sv": "Betalning %(number)s, betald efter att den avbrutits",
}
"""In the network's language: they stand on a receipt."""


def take_money(uow: UnitOfWork, payment: Payment, charge: Charge, outcome: Outcome) -> None:
    """Complete the payment by its charge; what it does not ask for (any more) gets a payment beside it."""
    charge.status = "succeeded"
    charge.reference = outcome.reference or charge.reference
    charge.reason = charge.code = ""
    end_charge(uow, charge)
    # Lines may have changed since a page was ended: what it still brings is then another amount.
    is_asked_for = payment.status in OPEN and payment.money(payment.total) == charge.money
    paid = payment if is_asked_for else _one_more(uow, payment, charge)
    receive(uow, paid, reference=charge.reference, gateway=charge.gateway)
    note_fee(uow, charge, paid.id, outcome)
    if is_asked_for and has_page(uow, payment):
        end_page(uow, payment)


def _one_more(uow: UnitOfWork, payment: Payment, charge: Charge) -> Payment:
    is_late = payment.status == "cancelled"
    sentences = LATE if is_late else TWICE
    words = sentences.get(locale(uow), sentences["en"])
    item = Item(words % {"number": payment.number}, charge.amount)
    extra = add_payment(
        uow,
        customer_id=payment.customer_id,
        currency=charge.currency,
        lines=priced_lines([item], currency=charge.currency),
        gateway=charge.gateway,
    )
    extra.late_for = payment.id if is_late else None
    uow.session.flush()
    charge.payment_id = extra.id
    uow.publish(
        PaymentReceivedTwice(
            payment_id=payment.id,
            extra_id=extra.id,
            customer_id=payment.customer_id,
            number=payment.number,
            extra_number=extra.number,
            amount=charge.money,
        )
    )
    return extra
