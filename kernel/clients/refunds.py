"""Refunds of the billing service, as its callers see them."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import refunds as contracts


class RefundsClient(ServiceClient):
    """Money on its way back. ``key``: the caller's own, once for each request."""

    def refunds(self, wanted: contracts.RefundQuery) -> contracts.Refunds:
        """Return a page of the network's refunds, newest first."""
        return self._get("/v1/refunds", contracts.Refunds, dict(wanted))

    def refund_alert(self) -> contracts.RefundAlert:
        """Return how many refunds wait for a person."""
        return self._get("/v1/refunds/alert", contracts.RefundAlert)

    def refund(self, refund_id: UUID) -> contracts.Refund:
        """Return one refund."""
        return self._get(f"/v1/refunds/{refund_id}", contracts.Refund)

    def payment_balance(self, payment_id: UUID) -> contracts.PaymentBalance:
        """Return what of a payment went back and what may still, its refunds and disputes."""
        return self._get(f"/v1/payments/{payment_id}/refunds", contracts.PaymentBalance)

    def request_refund(self, payment_id: UUID, order: contracts.RefundOrder, *, key: str) -> contracts.Refund:
        """Ask for money to be given back. Raises Conflict with what is left, Invalid with the field."""
        return self._send("POST", f"/v1/payments/{payment_id}/refunds", order, contracts.Refund, key=key)

    def write_down_dispute(
        self, dispute_id: UUID, said: contracts.DisputeSaid, *, key: str
    ) -> contracts.PaymentBalance:
        """Say what the bank has in the payment's own currency. Raises Conflict, Invalid with the field."""
        return self._send(
            "POST", f"/v1/disputes/{dispute_id}/amount", said, contracts.PaymentBalance, key=key
        )

    def ask_about_refund(self, refund_id: UUID, *, key: str) -> contracts.Refund:
        """Have the gateway asked once more what became of it. Raises Conflict."""
        return self._send("POST", f"/v1/refunds/{refund_id}/questions", None, contracts.Refund, key=key)

    def decide_refund(
        self, refund_id: UUID, decision: contracts.RefundDecision, *, key: str
    ) -> contracts.Refund:
        """Say what became of it. Raises Conflict when it waits for nobody."""
        return self._send("POST", f"/v1/refunds/{refund_id}/decision", decision, contracts.Refund, key=key)
