"""Get what a change in the middle of a period costs: as a renewal does, but at once."""

from uuid import UUID

from kernel.database import UnitOfWork
from services.billing.gateways.configured import MANUAL
from services.billing.invoices.of_payments import send_invoice
from services.billing.models import Membership, Payment
from services.billing.payments.charges import request_charge
from services.billing.payments.methods_to_try import methods_of


def collect(uow: UnitOfWork, membership: Membership, payment_id: UUID) -> None:
    """Charge the saved method of what renews by itself; without one, send the invoice with its link.

    The worker calls the gateway once this is committed. A charge that fails has the invoice sent too. What
    is no change, as a first payment, is asked for in its own way.
    """
    payment = uow.get(Payment, payment_id)
    if payment.kind != "change":
        return
    is_charged = membership.auto_renew and membership.gateway != MANUAL
    method_id = methods_of(uow, membership, None).chosen if is_charged else None
    if method_id is None:
        send_invoice(uow, payment_id)
    else:
        request_charge(uow, payment_id, method_id=method_id, is_automatic=True)
