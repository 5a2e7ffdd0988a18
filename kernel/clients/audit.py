"""The audit log, as its readers see it."""

from collections.abc import Iterator

from kernel.clients.base import ServiceClient
from kernel.contracts.audit import AuditPage, AuditQuery


class AuditClient(ServiceClient):
    """Who changed what."""

    def audit_log(self, query: AuditQuery) -> AuditPage:
        """Return a page of the audit log, newest first."""
        return self._get("/v1/audit", AuditPage, query.model_dump(mode="json", exclude_none=True))

    def export_audit_log(self, query: AuditQuery) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", "/v1/audit/exports", query)
