"""Tell of a payment that is due and was not charged: what failed, when it is tried again, and until when."""

from kernel.contracts.events import PaymentDunned
from kernel.database import UnitOfWork
from services.billing.agenda.renewals import product_of
from services.billing.agenda.snapshots import read
from services.billing.agenda.steps import holds_at, next_step
from services.billing.invoices.of_payments import send_invoice
from services.billing.models import Charge, Membership, Payment

ENDING = frozenset({"hold", "expire", "cancel"})


def note_failed_charge(uow: UnitOfWork, payment: Payment, charge: Charge) -> None:
    """Tell that a charge of ours failed; both are locked, and the charge is not open any more.

    What a change costs is not tried again: its invoice asks for it.
    """
    if charge.is_automatic and payment.kind == "change":
        send_invoice(uow, payment.id)
        return
    if not charge.is_automatic or payment.membership_id is None or not payment.dunning_step:
        return
    membership = uow.get(Membership, payment.membership_id)
    tell(uow, membership, payment, reason=charge.reason)


def tell(uow: UnitOfWork, membership: Membership, payment: Payment, *, reason: str) -> None:
    """Publish the step, unless the membership is put on hold this very minute: that is told instead."""
    uow.session.flush()
    known = read(uow, membership).snapshot
    following = next_step(known, uow.now)
    if following and following.act in ENDING and following.as_of <= uow.now:
        return
    tries_again = following is not None and following.act == "charge"
    uow.publish(
        PaymentDunned(
            payment_id=payment.id,
            membership_id=membership.id,
            customer_id=payment.customer_id,
            number=payment.number,
            product=product_of(uow, membership),
            total=payment.money(payment.total),
            step=payment.dunning_step,
            steps=len(known.rules.dunning),
            reason=reason,
            next_at=max(following.as_of, uow.now) if following and tries_again else None,
            holds_at=holds_at(known),
        )
    )
