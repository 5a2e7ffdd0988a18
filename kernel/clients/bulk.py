"""Many customers at a time, as callers of the customers service see it."""

from collections.abc import Iterator

from kernel.clients.base import ServiceClient
from kernel.contracts import bulk


class BulkClient(ServiceClient):
    """Selections, and what is done with them."""

    def count_selection(self, selection: bulk.Selection) -> int:
        """Return how many customers a selection holds right now."""
        return self._send("POST", "/v1/customers/selections", selection, bulk.SelectionCount).count

    def export_customers(self, order: bulk.ExportOrder) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", "/v1/customers/exports", order)
