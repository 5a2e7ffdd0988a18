"""The list of memberships, as its callers see it."""

from collections.abc import Iterator

from kernel.clients.base import ServiceClient
from kernel.contracts import memberships as contracts


class MembershipListClient(ServiceClient):
    """All memberships of a network."""

    def memberships(self, asked: contracts.MembershipsQuery) -> contracts.MembershipsList:
        """Return a page of memberships, newest first, and the count of each tab."""
        wanted = asked.model_dump(mode="json", exclude_defaults=True)
        return self._get("/v1/memberships", contracts.MembershipsList, wanted)

    def export_memberships(self, asked: contracts.MembershipsNarrowed) -> Iterator[bytes]:
        """Return the CSV piece by piece. Raises at once when it cannot begin, later when it breaks off."""
        return self._stream("POST", "/v1/memberships/exports", asked)
