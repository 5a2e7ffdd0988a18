"""Memberships of the billing service, as its callers see them."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import memberships as contracts


class MembershipsClient(ServiceClient):
    """What customers have agreed to have. Every change raises Conflict or Invalid with a sentence."""

    def membership(self, membership_id: UUID) -> contracts.Membership:
        """Return one membership with its payments."""
        return self._get(f"/v1/memberships/{membership_id}", contracts.Membership)

    def membership_history(
        self, membership_id: UUID, after: str | None = None
    ) -> contracts.MembershipHistory:
        """Return who did what to the membership."""
        path = f"/v1/memberships/{membership_id}/history"
        return self._get(path, contracts.MembershipHistory, {"after": after})

    def membership_periods(self, membership_id: UUID) -> contracts.MembershipPeriods:
        """Return the times that the membership had."""
        return self._get(f"/v1/memberships/{membership_id}/periods", contracts.MembershipPeriods)

    def add_membership(self, new: contracts.NewMembership, *, key: str) -> contracts.Membership:
        """Make a membership by hand."""
        return self._send("POST", "/v1/memberships", new, contracts.Membership, key=key)

    def edit_membership(self, membership_id: UUID, edit: contracts.MembershipEdit) -> contracts.Membership:
        """Change what is named. Raises Conflict ``ChangedMeanwhile``."""
        return self._send("PATCH", f"/v1/memberships/{membership_id}", edit, contracts.Membership)

    def change_membership_status(
        self, membership_id: UUID, order: contracts.StatusOrder
    ) -> contracts.Membership:
        """Move the membership along the table of transitions."""
        return self._send("POST", f"/v1/memberships/{membership_id}/status", order, contracts.Membership)

    def preview_change(self, membership_id: UUID, order: contracts.ChangeOrder) -> contracts.ChangePreview:
        """Say what a change would cost; nothing is changed."""
        path = f"/v1/memberships/{membership_id}/changes/preview"
        return self._send("POST", path, order, contracts.ChangePreview)

    def change_membership(
        self, membership_id: UUID, order: contracts.ChangeOrder, *, key: str
    ) -> contracts.ChangeMade:
        """Change what the membership consists of, now or when its time is over."""
        path = f"/v1/memberships/{membership_id}/changes"
        return self._send("POST", path, order, contracts.ChangeMade, key=key)

    def withdraw_change(self, membership_id: UUID, seen: int | None = None) -> None:
        """Let the change that is scheduled not happen; ``seen`` is the membership's version, None: any."""
        self._tell("DELETE", f"/v1/memberships/{membership_id}/changes{_query(seen)}")

    def convert_to_lifetime(
        self, membership_id: UUID, order: contracts.MembershipReason
    ) -> contracts.Membership:
        """Let the membership never end, and ask for nothing more."""
        return self._send("POST", f"/v1/memberships/{membership_id}/lifetime", order, contracts.Membership)

    def cancel_membership(
        self, membership_id: UUID, order: contracts.CancellationOrder
    ) -> contracts.Membership:
        """Cancel the membership, now or when its time is over."""
        path = f"/v1/memberships/{membership_id}/cancellation"
        return self._send("POST", path, order, contracts.Membership)

    def undo_cancellation(self, membership_id: UUID, seen: int | None = None) -> None:
        """Let the membership go on that was to end with its time; ``seen`` is its version, None: any."""
        self._tell("DELETE", f"/v1/memberships/{membership_id}/cancellation{_query(seen)}")

    def resubscribe(
        self, membership_id: UUID, order: contracts.ResubscribeOrder, *, key: str
    ) -> contracts.Membership:
        """Start a new membership that goes on from a cancelled one."""
        path = f"/v1/memberships/{membership_id}/resubscription"
        return self._send("POST", path, order, contracts.Membership, key=key)

    def transfer_outlook(self, membership_id: UUID) -> contracts.TransferOutlook:
        """Say what there is to go along."""
        return self._get(f"/v1/memberships/{membership_id}/transfer", contracts.TransferOutlook)

    def transfer_membership(
        self, membership_id: UUID, order: contracts.TransferOrder
    ) -> contracts.Membership:
        """Give the membership to another customer."""
        return self._send("POST", f"/v1/memberships/{membership_id}/transfer", order, contracts.Membership)


def _query(seen: int | None) -> str:
    return "" if seen is None else f"?seen={seen}"
