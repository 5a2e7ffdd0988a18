"""Invoices, as the callers of billing and customers see them."""

from collections.abc import Iterator
from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import invoices as contracts


class InvoicesClient(ServiceClient):
    """What was issued, and sending it."""

    def invoices(self, asked: contracts.InvoicesQuery) -> contracts.InvoiceList:
        """Return a page of the network's invoices and credit notes."""
        wanted = asked.model_dump(mode="json", exclude_defaults=True)
        return self._get("/v1/invoices", contracts.InvoiceList, wanted)

    def export_invoices(self, asked: contracts.InvoicesNarrowed) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", "/v1/invoices/exports", asked)

    def invoice(self, invoice_id: UUID) -> contracts.Invoice:
        """Return one, with all that it says but its buyer."""
        return self._get(f"/v1/invoices/{invoice_id}", contracts.Invoice)

    def invoice_of_payment(self, payment_id: UUID) -> contracts.Invoice:
        """Return the invoice of a payment. Raises NotFound while there is none."""
        return self._get(f"/v1/payments/{payment_id}/invoice", contracts.Invoice)

    def send_invoice(self, payment_id: UUID, *, key: str) -> contracts.Invoice:
        """Have a payment's invoice sent to its customer, issued now if it was not; once for a ``key``."""
        return self._send("POST", f"/v1/payments/{payment_id}/invoice/send", None, contracts.Invoice, key=key)

    def own_invoices(self, asked: contracts.InvoicesQuery) -> contracts.InvoiceList:
        """Return a page of what was issued to the identity's own customer."""
        wanted = asked.model_dump(mode="json", exclude_defaults=True)
        return self._get("/v1/own/invoices", contracts.InvoiceList, wanted)

    def own_invoice(self, invoice_id: UUID) -> contracts.Invoice:
        """Return one that was issued to the identity's own customer."""
        return self._get(f"/v1/own/invoices/{invoice_id}", contracts.Invoice)

    def picture(self, logo: str) -> contracts.Picture:
        """Return a logo."""
        return self._get(f"/v1/logos/{logo}", contracts.Picture)

    def own_picture(self, logo: str) -> contracts.Picture:
        """Return a logo, for the invoice of the identity's own customer."""
        return self._get(f"/v1/own/logos/{logo}", contracts.Picture)


class BuyersClient(ServiceClient):
    """Whom invoices were issued to."""

    def invoice_buyer(self, invoice_id: UUID) -> contracts.Buyer:
        """Return whom an invoice names. Raises NotFound while nobody knows."""
        return self._get(f"/v1/invoices/{invoice_id}/buyer", contracts.Buyer)

    def own_invoice_buyer(self, invoice_id: UUID) -> contracts.Buyer:
        """Return the same of an invoice to the identity's own customer."""
        return self._get(f"/v1/own/invoices/{invoice_id}/buyer", contracts.Buyer)
