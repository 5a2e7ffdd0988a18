"""Admins and invitations, for whoever calls the customers service."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts.admins import (
    AdminsList,
    InvitationAcceptance,
    InvitationAccepted,
    InvitationLink,
    InvitationOrder,
    InvitationShown,
    RoleChange,
)


class AdminsClient(ServiceClient):
    """The admins of the network, and how one becomes one."""

    def admins(self) -> AdminsList:
        """Return everybody with a role, and the open invitations."""
        return self._get("/v1/admins", AdminsList)

    def change_role(self, account_id: UUID, change: RoleChange) -> None:
        """Give an admin another role. Raises Forbidden, Conflict for the last owner."""
        self._tell("PUT", f"/v1/admins/{account_id}/role", change)

    def remove_admin(self, account_id: UUID) -> None:
        """Take the role away. Raises Forbidden, Conflict for the last owner."""
        self._tell("DELETE", f"/v1/admins/{account_id}")

    def deactivate_admin(self, account_id: UUID) -> None:
        """Let an admin sign in no more. Raises Forbidden, Conflict for the last owner."""
        self._tell("POST", f"/v1/admins/{account_id}/deactivation")

    def reactivate_admin(self, account_id: UUID) -> None:
        """Let an admin sign in again. Raises Forbidden."""
        self._tell("POST", f"/v1/admins/{account_id}/reactivation")

    def end_admin_sessions(self, account_id: UUID) -> None:
        """Sign an admin out everywhere. Raises Forbidden."""
        self._tell("POST", f"/v1/admins/{account_id}/sessions/end")

    def take_off_second_factor(self, account_id: UUID) -> None:
        """Take the second factor off another admin. Raises Forbidden, NotFound when there is none."""
        self._tell("POST", f"/v1/admins/{account_id}/second-factor/removed")

    def invite_admin(self, order: InvitationOrder) -> None:
        """Send an invitation. Raises Conflict when the address is an admin's or invited already."""
        self._tell("POST", "/v1/invitations", order)

    def send_invitation_again(self, invitation_id: UUID) -> None:
        """Send a new link; the old ones are void. Raises NotFound."""
        self._tell("POST", f"/v1/invitations/{invitation_id}/mails")

    def withdraw_invitation(self, invitation_id: UUID) -> None:
        """Let an invitation open nothing any more. Raises NotFound."""
        self._tell("DELETE", f"/v1/invitations/{invitation_id}")

    def invitation(self, link: InvitationLink) -> InvitationShown:
        """Return what an invitation says; changes nothing. Raises NotFound."""
        return self._send("POST", "/v1/invitations/shown", link, InvitationShown)

    def accept_invitation(self, given: InvitationAcceptance) -> InvitationAccepted:
        """Become an admin. Raises NotFound, Invalid with the fields."""
        return self._send("POST", "/v1/invitations/accepted", given, InvitationAccepted)
