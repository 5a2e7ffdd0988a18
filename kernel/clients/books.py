"""The books of the billing service, as its callers see them."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import reconciliation as contracts


class BooksClient(ServiceClient):
    """How the accounts stand, and what differs from the gateways' own lists."""

    def books(self) -> contracts.Books:
        """Return every account as it was when last checked, and what was wrong."""
        return self._get("/v1/ledger", contracts.Books)

    def check_books(self) -> None:
        """Have the books looked at now."""
        self._tell("POST", "/v1/ledger/check")

    def rebuild_balances(self) -> None:
        """Make the stored balances right by the postings."""
        self._tell("POST", "/v1/ledger/rebuild")

    def comparisons(self) -> contracts.Comparisons:
        """Return the newest comparisons with gateways' own lists."""
        return self._get("/v1/reconciliation", contracts.Comparisons)

    def compare(self, wish: contracts.ComparisonWish) -> contracts.Comparison:
        """Have the last days compared now. Raises Conflict for a gateway that keeps no list."""
        return self._send("POST", "/v1/reconciliation", wish, contracts.Comparison)

    def findings(self, wanted: contracts.FindingsQuery) -> contracts.Findings:
        """Return a page of differences, newest first."""
        asked = wanted.model_dump(mode="json", exclude_none=True)
        return self._get("/v1/reconciliation/findings", contracts.Findings, asked)

    def close_finding(self, finding_id: UUID, said: contracts.FindingClosing) -> contracts.Finding:
        """Say what a difference was. Raises Conflict when it is closed already."""
        return self._send("POST", f"/v1/reconciliation/findings/{finding_id}/close", said, contracts.Finding)
