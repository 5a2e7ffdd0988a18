"""What a site owner does with his own payments and ways to pay, for whoever calls the billing service.

``key`` is an Idempotency-Key. What is not his is as if it were not there: NotFound.
"""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import own_payments as contract
from kernel.contracts.common import After
from kernel.contracts.payments import PayPageOrder, ToPay


class OwnPaymentsClient(ServiceClient):
    """The identity's own customer, and nobody else's things."""

    def own_payments(self, asked: After) -> contract.OwnPayments:
        """Return a page of his payments."""
        return self._get("/v1/own/payments", contract.OwnPayments, asked.model_dump(exclude_none=True))

    def own_to_pay(self, payment_id: UUID) -> ToPay:
        """Return what is to be paid, and how far an attempt is."""
        return self._get(f"/v1/own/payments/{payment_id}/to-pay", ToPay)

    def make_own_pay_page(self, payment_id: UUID, order: PayPageOrder, *, key: str) -> None:
        """Have the payment gateway make a page to pay on. Raises Conflict."""
        self._tell("POST", f"/v1/own/payments/{payment_id}/pages", order, key=key)

    def look_at_own_pay_page(self, payment_id: UUID) -> None:
        """Have it asked now whether he has paid."""
        self._tell("POST", f"/v1/own/payments/{payment_id}/pages/looks")

    def own_payment_methods(self) -> contract.OwnMethods:
        """Return his saved ways to pay."""
        return self._get("/v1/own/payment-methods", contract.OwnMethods)

    def choose_own_payment_method(self, method_id: UUID) -> None:
        """Charge this one from now on."""
        self._tell("PUT", f"/v1/own/payment-methods/{method_id}/default")

    def remove_own_payment_method(self, method_id: UUID) -> None:
        """Charge this one no more."""
        self._tell("DELETE", f"/v1/own/payment-methods/{method_id}")

    def make_own_card_page(self, order: PayPageOrder) -> None:
        """Have the payment gateway make a page to save a card on. Raises Conflict."""
        self._tell("POST", "/v1/own/card-pages", order)

    def own_card_page(self) -> contract.CardPage:
        """Return the newest page that was asked for."""
        return self._get("/v1/own/card-pages/newest", contract.CardPage)

    def look_at_own_card_page(self) -> None:
        """Have it asked now whether he has saved a card."""
        self._tell("POST", "/v1/own/card-pages/looks")
