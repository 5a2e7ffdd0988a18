"""The admins of the network, and who is invited to become one."""

from uuid import UUID

from gateway.admin_sessions import change_and_end
from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.admins import AdminsList, InvitationOrder, RoleChange
from kernel.http import body

SCOPE = "network.settings"


@blueprint.get("/admins")
@operation(scope=SCOPE, answers=AdminsList, is_confirmed_by_customers=True)
def admins() -> AdminsList:
    """Everybody with a role, and the open invitations."""
    return api_services().customers.admins()


@blueprint.put("/admins/<uuid:account_id>/role")
@operation(scope=SCOPE, body=RoleChange, is_confirmed_by_customers=True)
def change_admin_role(account_id: UUID) -> None:
    """Give an admin another role, at most one that may do no more than the key."""
    api_services().customers.change_role(account_id, body(RoleChange))


@blueprint.post("/admins/<uuid:account_id>/deactivation")
@operation(scope=SCOPE, is_confirmed_by_customers=True)
def deactivate_admin(account_id: UUID) -> None:
    """Let an admin sign in no more; refused for the last active owner."""
    change_and_end(api_services().customers.deactivate_admin, account_id)


@blueprint.post("/admins/<uuid:account_id>/reactivation")
@operation(scope=SCOPE, is_confirmed_by_customers=True)
def reactivate_admin(account_id: UUID) -> None:
    """Let an admin sign in again."""
    api_services().customers.reactivate_admin(account_id)


@blueprint.post("/admins/<uuid:account_id>/sessions/end")
@operation(scope=SCOPE, is_confirmed_by_customers=True)
def end_admin_sessions(account_id: UUID) -> None:
    """Sign an admin out everywhere; visits end too."""
    change_and_end(api_services().customers.end_admin_sessions, account_id)


@blueprint.delete("/admins/<uuid:account_id>")
@operation(scope=SCOPE, is_confirmed_by_customers=True)
def remove_admin(account_id: UUID) -> None:
    """Take an admin's role away; who is a customer too stays one."""
    change_and_end(api_services().customers.remove_admin, account_id)


@blueprint.post("/invitations")
@operation(scope=SCOPE, body=InvitationOrder, is_confirmed_by_customers=True)
def invite_admin() -> None:
    """Invite somebody by mail to become an admin."""
    api_services().customers.invite_admin(body(InvitationOrder))


@blueprint.post("/invitations/<uuid:invitation_id>/mails")
@operation(scope=SCOPE, is_confirmed_by_customers=True)
def send_invitation_again(invitation_id: UUID) -> None:
    """Send the invitation again; earlier links are void."""
    api_services().customers.send_invitation_again(invitation_id)


@blueprint.delete("/invitations/<uuid:invitation_id>")
@operation(scope=SCOPE, is_confirmed_by_customers=True)
def withdraw_invitation(invitation_id: UUID) -> None:
    """Let an invitation open nothing any more."""
    api_services().customers.withdraw_invitation(invitation_id)
