"""Payments and ways to pay, for whoever calls the billing service; ``key`` is an Idempotency-Key."""

from collections.abc import Iterator
from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import payments as contract


class PaymentsClient(ServiceClient):
    """What is asked of customers, and how its money comes."""

    def payments(self, asked: contract.PaymentsQuery) -> contract.PaymentsList:
        """Return a page of payments and the count of each tab."""
        wanted = asked.model_dump(mode="json", exclude_defaults=True)
        return self._get("/v1/payments", contract.PaymentsList, wanted)

    def export_payments(self, asked: contract.PaymentsNarrowed) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", "/v1/payments/exports", asked)

    def payment(self, payment_id: UUID) -> contract.Payment:
        """Return one payment with all that belongs to it."""
        return self._get(f"/v1/payments/{payment_id}", contract.Payment)

    def add_payment(self, order: contract.PaymentOrder, *, key: str) -> contract.Payment:
        """Ask a customer for money. Raises Invalid with the fields."""
        return self._send("POST", "/v1/payments", order, contract.Payment, key=key)

    def add_line(self, payment_id: UUID, line: contract.LineEdit, *, key: str) -> contract.Payment:
        """Ask for something more. Raises Invalid with the fields, Conflict."""
        return self._send("POST", f"/v1/payments/{payment_id}/lines", line, contract.Payment, key=key)

    def change_line(self, payment_id: UUID, line_id: UUID, line: contract.LineEdit) -> contract.Payment:
        """Let a line say something else. Raises Invalid with the fields, Conflict."""
        return self._send("PUT", f"/v1/payments/{payment_id}/lines/{line_id}", line, contract.Payment)

    def remove_line(self, payment_id: UUID, line_id: UUID) -> contract.Payment:
        """Ask for a line no more. Raises Conflict for the last one."""
        return self._send("DELETE", f"/v1/payments/{payment_id}/lines/{line_id}", None, contract.Payment)

    def complete_payment(
        self, payment_id: UUID, order: contract.CompletionOrder, *, key: str
    ) -> contract.Payment:
        """Write down that the money came. Raises Conflict."""
        path = f"/v1/payments/{payment_id}/completion"
        return self._send("POST", path, order, contract.Payment, key=key)

    def charge(self, payment_id: UUID, order: contract.ChargeOrder, *, key: str) -> contract.Payment:
        """Charge a saved way to pay, in the background. Raises Conflict."""
        return self._send("POST", f"/v1/payments/{payment_id}/charges", order, contract.Payment, key=key)

    def end_page(self, payment_id: UUID) -> contract.Payment:
        """Wait no more for the customer to pay on a page. Raises Conflict."""
        return self._send("POST", f"/v1/payments/{payment_id}/charges/end", None, contract.Payment)

    def look_at_charge(self, payment_id: UUID) -> contract.Payment:
        """Have the payment gateway asked now what became of the attempt."""
        return self._send("POST", f"/v1/payments/{payment_id}/charges/look", None, contract.Payment)

    def waiting_payments(self) -> contract.WaitingPayments:
        """Return the payments of which a person has to say something."""
        return self._get("/v1/payments/waiting", contract.WaitingPayments)

    def decide_charge(
        self, payment_id: UUID, charge_id: UUID, decision: contract.ChargeDecision, *, key: str
    ) -> contract.Payment:
        """Say what became of an attempt. Raises Conflict when it waits for nobody, Invalid with the field."""
        path = f"/v1/payments/{payment_id}/charges/{charge_id}/decision"
        return self._send("POST", path, decision, contract.Payment, key=key)

    def keep_late_money(self, payment_id: UUID, *, key: str) -> contract.Payment:
        """Keep money that came late for what the cancelled payment was for. Raises Conflict."""
        return self._send("POST", f"/v1/payments/{payment_id}/keeping", None, contract.Payment, key=key)

    def cancel_payment(self, payment_id: UUID, order: contract.CancelOrder, *, key: str) -> contract.Payment:
        """Ask for the money no more. Raises Conflict."""
        path = f"/v1/payments/{payment_id}/cancellation"
        return self._send("POST", path, order, contract.Payment, key=key)

    def payment_methods(self, customer_id: UUID) -> contract.PaymentMethods:
        """Return a customer's saved ways to pay."""
        return self._get(f"/v1/customers/{customer_id}/payment-methods", contract.PaymentMethods)

    def choose_payment_method(self, method_id: UUID) -> None:
        """Charge this one from now on. Raises NotFound."""
        self._tell("PUT", f"/v1/payment-methods/{method_id}/default")

    def remove_payment_method(self, method_id: UUID) -> None:
        """Charge this one no more. Raises NotFound."""
        self._tell("DELETE", f"/v1/payment-methods/{method_id}")

    def to_pay(self, payment_id: UUID) -> contract.ToPay:
        """Return what whoever has the link of a payment sees of it; for the gateway itself."""
        return self._get(f"/v1/payments/{payment_id}/to-pay", contract.ToPay)

    def make_pay_page(self, payment_id: UUID, order: contract.PayPageOrder, *, key: str) -> None:
        """Have the payment gateway make a page to pay on; for the gateway itself. Raises Conflict."""
        self._tell("POST", f"/v1/payments/{payment_id}/pages", order, key=key)

    def look_at_pay_page(self, payment_id: UUID) -> None:
        """Have it asked now whether the customer has paid; for the gateway itself."""
        self._tell("POST", f"/v1/payments/{payment_id}/pages/looks")
