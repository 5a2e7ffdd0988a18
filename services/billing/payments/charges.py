"""Get the money of a payment through a gateway: ask for an attempt, and note what became of it.

What the worker does between the two stands in ``charging.py``. Of a payment at most one attempt is open:
the database sees to that.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kernel.contracts.billing import ChargeStatus
from kernel.contracts.plugins import Outcome
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.ids import new_id
from services.billing.agenda.reminders import note_failed_charge
from services.billing.gateways.configured import MANUAL, GatewayNotReady, default_gateway
from services.billing.locks import lock_charge, lock_payment
from services.billing.models import Charge, DepartedCustomer, GatewaySettings, Payment, PaymentMethod
from services.billing.models.charges import OPEN_CHARGES
from services.billing.payments.lifecycle import fail_payment
from services.billing.payments.methods import keep_method, method_to_charge
from services.billing.payments.receipts import take_money
from services.billing.payments.under_way import ChargeUnderWay, end_charge, end_page, require_none_under_way


class NothingToCharge(Conflict):
    """The payment is of nothing: no gateway can move that."""


def request_charge(
    uow: UnitOfWork,
    payment_id: UUID,
    *,
    method_id: UUID | None = None,
    is_automatic: bool = False,
    return_to: str = "",
    language: str = "",
) -> Charge:
    """Ask for the payment's money, and have the worker carry it out: with a saved method, or on a page.

    With ``return_to`` the customer pays on a page of the gateway's and comes back there; the page stands on
    the charge once it is ``waiting``. Else ``method_id`` is charged, or the customer's default method. Raises
    ChargeUnderWay, PaymentNotOpen, NothingToCharge, GatewayNotReady, and NoMethod when none is saved.
    """
    payment = lock_payment(uow, payment_id)
    require_none_under_way(uow, payment)
    payment.check_payable()
    if not payment.total:
        raise NothingToCharge(N_("There is nothing to pay: mark the payment as completed."))
    method = None if return_to else method_to_charge(uow, payment.customer_id, method_id)
    charge = _new_charge(uow, payment, method)
    charge.is_automatic, charge.return_to, charge.language = is_automatic, return_to, language
    _add(uow, charge)
    if method is not None:
        payment.status = "processing"
    payment.modified_at = uow.now
    uow.ring("charge", charge.id)
    return charge


def settle_charge(uow: UnitOfWork, charge_id: UUID, outcome: Outcome) -> None:
    """Note what the gateway says became of a charge; whoever says it twice, or late, changes nothing more.

    Money that comes after all, when the attempt had been given up, is taken too: see ``take_money``.
    """
    payment, charge = lock_charge(uow, charge_id)
    if charge.status == "succeeded":
        return
    if outcome.state == "succeeded" and _is_all(charge, outcome):
        if outcome.method is not None and _is_his(uow, payment, charge):
            charge.method_id = keep_method(uow, payment.customer_id, charge.gateway, outcome.method).id
        take_money(uow, payment, charge, outcome)
    elif charge.status in OPEN_CHARGES and outcome.state == "failed":
        _fail(uow, payment, charge, outcome)
    elif charge.status in OPEN_CHARGES:
        _note(uow, payment, charge, outcome)
    elif outcome.state == "failed":
        end_charge(uow, charge)


def withdraw_charge(uow: UnitOfWork, payment_id: UUID) -> Payment:
    """End the page that waits for the customer, so that he can pay otherwise; see ``end_page``."""
    payment = lock_payment(uow, payment_id)
    end_page(uow, payment)
    return payment


def require_ready(uow: UnitOfWork, gateway: str) -> None:
    """Raise GatewayNotReady unless the network lets this gateway take money."""
    if gateway == MANUAL:
        raise GatewayNotReady(N_("No payment gateway is set up: a person notes here that the money came."))
    is_enabled = select(GatewaySettings.is_enabled).where(GatewaySettings.gateway == gateway)
    if not uow.session.scalar(is_enabled):
        raise GatewayNotReady(N_("The payment gateway %(gateway)s is switched off."), gateway=gateway)


def _new_charge(uow: UnitOfWork, payment: Payment, method: PaymentMethod | None) -> Charge:
    gateway = method.gateway if method else _gateway_of(uow, payment)
    require_ready(uow, gateway)
    charge_id = new_id()
    return Charge(
        id=charge_id,
        payment_id=payment.id,
        status="requested",
        currency=payment.currency,
        amount=payment.total,
        gateway=gateway,
        key=f"charge:{charge_id}",
        method_id=method.id if method else None,
        due_at=uow.now,
        created_at=uow.now,
        modified_at=uow.now,
    )


def _gateway_of(uow: UnitOfWork, payment: Payment) -> str:
    return default_gateway(uow) if payment.gateway == MANUAL else payment.gateway


def _add(uow: UnitOfWork, charge: Charge) -> None:
    """Let the database decide, whatever was asked before: at most one attempt of a payment is open."""
    try:
        with uow.attempt():
            uow.add(charge)
            uow.session.flush()
    except IntegrityError as refusal:
        if "uq_charges_open" not in str(refusal.orig):
            raise
        raise ChargeUnderWay(
            N_("This payment is being charged right now. Wait for the outcome.")
        ) from refusal


def _is_his(uow: UnitOfWork, payment: Payment, charge: Charge) -> bool:
    """Whether who paid on the page is whom the payment belongs to: not one who was deleted meanwhile.

    His pages were ended when his payments were handed over.
    """
    is_gone = select(DepartedCustomer.id).where(DepartedCustomer.id == payment.customer_id)
    was_anothers = payment.former_customer_id is not None and charge.status == "cancelled"
    return not was_anothers and uow.session.scalar(is_gone) is None


def _is_all(charge: Charge, outcome: Outcome) -> bool:
    return outcome.money is None or outcome.money == charge.money


def _fail(uow: UnitOfWork, payment: Payment, charge: Charge, outcome: Outcome) -> None:
    """The attempt is over. A page that nobody paid on leaves the payment as it was."""
    charge.status = "failed"
    charge.reference = outcome.reference or charge.reference
    charge.reason, charge.code, charge.is_final = outcome.reason, outcome.code, outcome.is_final
    end_charge(uow, charge)
    if payment.status == "processing":
        fail_payment(uow, payment.id, reason=outcome.reason)
    note_failed_charge(uow, payment, charge)


def _note(uow: UnitOfWork, payment: Payment, charge: Charge, outcome: Outcome) -> None:
    """Nothing is decided; the gateway's name for it, and its page, are known from now on."""
    is_wrong = outcome.state == "succeeded"
    states: dict[str, ChargeStatus] = {"waiting": "waiting", "pending": "pending"}
    charge.status = states.get(outcome.state, "unknown")
    charge.reference = outcome.reference or charge.reference
    charge.page = outcome.page
    charge.reason = N_("The gateway took another amount than was asked for.") if is_wrong else outcome.reason
    charge.code, charge.modified_at = outcome.code, uow.now
    if charge.status == "pending" and payment.status != "processing":
        payment.status, payment.modified_at = "processing", uow.now
