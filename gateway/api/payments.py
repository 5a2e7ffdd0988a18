"""Payments: their list, one of them, and what is done with it; and saved ways to pay."""

from uuid import UUID

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import idempotency_key, operation
from gateway.downloads import csv_file
from gateway.payments_found import found_payments, named_rows, send_pay_link
from kernel.contracts.payments import (
    CancelOrder,
    ChargeDecision,
    ChargeOrder,
    CompletionOrder,
    LineEdit,
    Payment,
    PaymentMethods,
    PaymentOrder,
    PaymentsList,
    PaymentsNarrowed,
    PaymentsQuery,
    WaitingPayments,
)
from kernel.http import body, query


@blueprint.get("/payments")
@operation(scope="billing.view", query=PaymentsQuery, answers=PaymentsList)
def payments() -> PaymentsList:
    """The network's payments, newest first; `q` is a number, a gateway's name for one, or a customer."""
    return found_payments(api_services(), query(PaymentsQuery))


@blueprint.get("/payments/export")
@operation(scope="billing.view", query=PaymentsNarrowed, file="text/csv")
def export_payments() -> Response:
    """The payments as a CSV file, newest first."""
    return csv_file(named_rows(api_services(), query(PaymentsNarrowed)))


@blueprint.post("/payments")
@operation(
    scope="billing.edit",
    body=PaymentOrder,
    answers=Payment,
    makes=lambda made: f"/api/v1/payments/{made.id}",
    moves_money=True,
)
def add_payment() -> Payment:
    """Ask a customer for money."""
    return api_services().billing.add_payment(body(PaymentOrder), key=idempotency_key())


@blueprint.get("/payments/<uuid:payment_id>")
@operation(scope="billing.view", answers=Payment)
def payment(payment_id: UUID) -> Payment:
    """One payment: lines, attempts, refunds, what was booked, and what can be done now."""
    return api_services().billing.payment(payment_id)


@blueprint.post("/payments/<uuid:payment_id>/lines")
@operation(scope="billing.edit", body=LineEdit, answers=Payment, moves_money=True)
def add_line(payment_id: UUID) -> Payment:
    """Ask for something more. 409 unless the payment is pending."""
    return api_services().billing.add_line(payment_id, body(LineEdit), key=idempotency_key())


@blueprint.put("/payments/<uuid:payment_id>/lines/<uuid:line_id>")
@operation(scope="billing.edit", body=LineEdit, answers=Payment)
def change_line(payment_id: UUID, line_id: UUID) -> Payment:
    """Let a line say something else. 409 unless the payment is pending."""
    return api_services().billing.change_line(payment_id, line_id, body(LineEdit))


@blueprint.delete("/payments/<uuid:payment_id>/lines/<uuid:line_id>")
@operation(scope="billing.edit", answers=Payment)
def remove_line(payment_id: UUID, line_id: UUID) -> Payment:
    """Ask for a line no more. 409 for the last one."""
    return api_services().billing.remove_line(payment_id, line_id)


@blueprint.post("/payments/<uuid:payment_id>/completion")
@operation(scope="billing.edit", body=CompletionOrder, answers=Payment, moves_money=True)
def complete_payment(payment_id: UUID) -> Payment:
    """Write down that the money came otherwise than through a gateway. 409 while it is being charged."""
    return api_services().billing.complete_payment(payment_id, body(CompletionOrder), key=idempotency_key())


@blueprint.post("/payments/<uuid:payment_id>/charges")
@operation(scope="billing.edit", body=ChargeOrder, answers=Payment, is_begun=True, moves_money=True)
def charge_payment(payment_id: UUID) -> Payment:
    """Charge a saved way to pay, in the background; again after it failed."""
    return api_services().billing.charge(payment_id, body(ChargeOrder), key=idempotency_key())


@blueprint.post("/payments/<uuid:payment_id>/charges/end")
@operation(scope="billing.edit", answers=Payment)
def end_pay_page(payment_id: UUID) -> Payment:
    """Wait no more for the customer to pay on a page of the gateway's."""
    return api_services().billing.end_page(payment_id)


@blueprint.post("/payments/<uuid:payment_id>/charges/look")
@operation(scope="billing.edit", answers=Payment)
def look_at_charge(payment_id: UUID) -> Payment:
    """Have the gateway asked now what became of the attempt."""
    return api_services().billing.look_at_charge(payment_id)


@blueprint.get("/payments/waiting")
@operation(scope="billing.view", answers=WaitingPayments)
def waiting_payments() -> WaitingPayments:
    """Payments of which a person has to say something before they go on, and why."""
    return api_services().billing.waiting_payments()


@blueprint.post("/payments/<uuid:payment_id>/charges/<uuid:charge_id>/decision")
@operation(scope="billing.edit", body=ChargeDecision, answers=Payment, moves_money=True)
def decide_about_charge(payment_id: UUID, charge_id: UUID) -> Payment:
    """Say of an attempt that waits for a person whether its money came, by which name, and how you know."""
    return api_services().billing.decide_charge(
        payment_id, charge_id, body(ChargeDecision), key=idempotency_key()
    )


@blueprint.post("/payments/<uuid:payment_id>/keeping")
@operation(scope="billing.edit", answers=Payment, moves_money=True)
def keep_late_money(payment_id: UUID) -> Payment:
    """Let money that came after its payment was cancelled be for what that one was for. 409 if it cannot."""
    return api_services().billing.keep_late_money(payment_id, key=idempotency_key())


@blueprint.post("/payments/<uuid:payment_id>/cancellation")
@operation(scope="billing.edit", body=CancelOrder, answers=Payment, moves_money=True)
def cancel_payment(payment_id: UUID) -> Payment:
    """Ask for the money no more. 409 when it came, or is on its way."""
    return api_services().billing.cancel_payment(payment_id, body(CancelOrder), key=idempotency_key())


@blueprint.post("/payments/<uuid:payment_id>/links")
@operation(scope="billing.edit")
def send_link_to_pay(payment_id: UUID) -> None:
    """Mail the customer a link to a page where the payment can be paid. 429 for more than three an hour."""
    send_pay_link(api_services(), payment_id)


@blueprint.get("/customers/<uuid:customer_id>/payment-methods")
@operation(scope="billing.view", answers=PaymentMethods)
def payment_methods(customer_id: UUID) -> PaymentMethods:
    """A customer's saved ways to pay, the one that is charged first."""
    return api_services().billing.payment_methods(customer_id)


@blueprint.post("/customers/<uuid:customer_id>/card-links")
@operation(scope="billing.edit")
def ask_for_card(customer_id: UUID) -> None:
    """Mail the customer a link by which a card is saved, without paying. 429 for more than three an hour."""
    api_services().customers.send_card_link(customer_id)


@blueprint.put("/payment-methods/<uuid:method_id>/default")
@operation(scope="billing.edit")
def choose_payment_method(method_id: UUID) -> None:
    """Charge this way to pay from now on."""
    api_services().billing.choose_payment_method(method_id)


@blueprint.delete("/payment-methods/<uuid:method_id>")
@operation(scope="billing.edit")
def remove_payment_method(method_id: UUID) -> None:
    """Charge this way to pay no more."""
    api_services().billing.remove_payment_method(method_id)
