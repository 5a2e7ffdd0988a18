"""The admins of the network: who they are, who is invited, and what an owner may do to each."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.admin_sessions import change_and_end
from gateway.auth import confirmed_by_customers, needs, services
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.admins import Admin, AdminsList, InvitationOrder, RoleChange
from kernel.errors import N_, Conflict, Failure, Forbidden, Invalid, NotFound

views = Blueprint("admins", __name__, url_prefix="/settings/admins")

PERMISSION = "network.settings"
SENTENCES = {
    "email": N_("This is too long for an e-mail address."),
    "name": N_("A name has at most 200 characters."),
    "role": N_("Choose one of the roles."),
}


@views.get("")
@confirmed_by_customers
@needs(PERMISSION)
def show_list() -> Response:
    """Everybody with a role, and who is invited."""
    return page("admins/list.html", menu="settings", found=services().customers.admins())


@views.get("/invite")
@confirmed_by_customers
@needs(PERMISSION)
def invitation() -> Response:
    """The form of an invitation."""
    return _invitation_form({"email": "", "name": "", "role": "support"})


@views.post("/invite")
@needs(PERMISSION)
def invite() -> AnyResponse:
    """Send the invitation; what was typed is still there when it cannot be sent."""
    typed = {name: request.form.get(name, "").strip() for name in SENTENCES}
    try:
        services().customers.invite_admin(read_form(InvitationOrder, typed, SENTENCES))
    except (Invalid, Conflict, Forbidden, NotFound) as failure:
        return _invitation_form(typed, failure)
    flash(_("The invitation to %(email)s is on its way.", email=typed["email"]), "success")
    return redirect("/settings/admins", 303)


@views.post("/invitations/<uuid:invitation_id>/again")
@needs(PERMISSION)
def send_again(invitation_id: UUID) -> AnyResponse:
    """Send a new link."""
    services().customers.send_invitation_again(invitation_id)
    flash(_("A new link is on its way; the old one no longer works."), "success")
    return redirect("/settings/admins", 303)


@views.post("/invitations/<uuid:invitation_id>/withdraw")
@needs(PERMISSION)
def withdraw(invitation_id: UUID) -> AnyResponse:
    """Let an invitation open nothing any more."""
    services().customers.withdraw_invitation(invitation_id)
    flash(_("The invitation is withdrawn."), "success")
    return redirect("/settings/admins", 303)


@views.get("/<uuid:account_id>")
@confirmed_by_customers
@needs(PERMISSION)
def show(account_id: UUID) -> Response:
    """One admin, and what can be done."""
    return _admin_page(account_id)


@views.post("/<uuid:account_id>/role")
@needs(PERMISSION)
def change_role(account_id: UUID) -> AnyResponse:
    """Give an admin another role."""

    def change() -> None:
        typed = {"role": request.form.get("role", "")}
        services().customers.change_role(account_id, read_form(RoleChange, typed, SENTENCES))

    return _do(account_id, change, _("The role is changed."))


@views.post("/<uuid:account_id>/deactivate")
@needs(PERMISSION)
def deactivate(account_id: UUID) -> AnyResponse:
    """Let an admin sign in no more."""
    words = _("The account is deactivated.")
    return _do(account_id, _ending(services().customers.deactivate_admin, account_id), words)


@views.post("/<uuid:account_id>/reactivate")
@needs(PERMISSION)
def reactivate(account_id: UUID) -> AnyResponse:
    """Let an admin sign in again."""
    words = _("The account is active again.")
    return _do(account_id, lambda: services().customers.reactivate_admin(account_id), words)


@views.post("/<uuid:account_id>/end-sessions")
@needs(PERMISSION)
def end_sessions(account_id: UUID) -> AnyResponse:
    """Sign an admin out everywhere."""
    words = _("All sessions of the account have ended.")
    return _do(account_id, _ending(services().customers.end_admin_sessions, account_id), words)


@views.post("/<uuid:account_id>/take-off-second-factor")
@needs(PERMISSION)
def take_off_second_factor(account_id: UUID) -> AnyResponse:
    """Let somebody who lost his phone in again with his password."""
    words = _("The second factor is taken off; a mail tells its owner.")
    return _do(account_id, _ending(services().customers.take_off_second_factor, account_id), words)


@views.post("/<uuid:account_id>/remove")
@needs(PERMISSION)
def remove(account_id: UUID) -> AnyResponse:
    """Take the role away; afterwards there is no page of this admin to go back to."""
    words = _("The person is no longer an admin.")
    return _do(
        account_id,
        _ending(services().customers.remove_admin, account_id),
        words,
        back="/settings/admins",
    )


def _ending(change: Callable[[UUID], None], account_id: UUID) -> Callable[[], None]:
    """Return the change, with which the sessions of the account end."""
    return lambda: change_and_end(change, account_id)


def _do(account_id: UUID, change: Callable[[], None], words: str, *, back: str = "") -> AnyResponse:
    """Carry a change out; a refusal is said on the admin's own page."""
    try:
        change()
    except (Invalid, Conflict, Forbidden, NotFound) as failure:
        return _admin_page(account_id, failure)
    flash(words, "success")
    return redirect(back or f"/settings/admins/{account_id}", 303)


def _admin_page(account_id: UUID, failure: Failure | None = None) -> Response:
    found = services().customers.admins()
    admin = _one_of(found, account_id)
    return page(
        "admins/admin.html",
        menu="settings",
        status=failure.status if failure else 200,
        admin=admin,
        roles=found.roles,
        values={"role": admin.role},
        errors=errors_of(failure),
    )


def _one_of(found: AdminsList, account_id: UUID) -> Admin:
    for admin in found.admins:
        if admin.id == account_id:
            return admin
    raise NotFound(N_("There is no such administrator."))


def _invitation_form(typed: dict[str, str], failure: Failure | None = None) -> Response:
    return page(
        "admins/invite.html",
        menu="settings",
        status=failure.status if failure else 200,
        roles=services().customers.admins().roles,
        values=typed,
        errors=errors_of(failure),
    )
