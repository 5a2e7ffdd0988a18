"""Admins and invitations."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.admins import InvitationAcceptance, InvitationLink, InvitationOrder, RoleChange
from kernel.database import UnitOfWork
from kernel.web import answer, body, database, identity, needs, nothing, unit_of_work
from services.customers.accounts import admins, invitations
from services.customers.queries.admins import admins_list

api = Blueprint("admins", __name__, url_prefix="/v1")


@api.get("/admins")
@needs(admins.PERMISSION)
def list_admins() -> Response:
    with unit_of_work() as uow:
        return answer(admins_list(uow))


@api.put("/admins/<uuid:account_id>/role")
@needs(admins.PERMISSION)
def change_role(account_id: UUID) -> Response:
    change = body(RoleChange)
    with unit_of_work() as uow:
        admins.change_role(uow, account_id, change.role)
    return nothing()


@api.delete("/admins/<uuid:account_id>")
@needs(admins.PERMISSION)
def remove_admin(account_id: UUID) -> Response:
    return _done(admins.remove, account_id)


@api.post("/admins/<uuid:account_id>/deactivation")
@needs(admins.PERMISSION)
def deactivate(account_id: UUID) -> Response:
    return _done(admins.deactivate, account_id)


@api.post("/admins/<uuid:account_id>/reactivation")
@needs(admins.PERMISSION)
def reactivate(account_id: UUID) -> Response:
    return _done(admins.reactivate, account_id)


@api.post("/admins/<uuid:account_id>/sessions/end")
@needs(admins.PERMISSION)
def end_sessions(account_id: UUID) -> Response:
    return _done(admins.end_sessions, account_id)


@api.post("/admins/<uuid:account_id>/second-factor/removed")
@needs(admins.PERMISSION)
def take_off_second_factor(account_id: UUID) -> Response:
    return _done(admins.take_off_second_factor, account_id)


@api.post("/invitations")
@needs(admins.PERMISSION)
def invite() -> Response:
    order = body(InvitationOrder)
    with unit_of_work() as uow:
        invitations.invite(uow, order)
    return nothing()


@api.post("/invitations/<uuid:invitation_id>/mails")
@needs(admins.PERMISSION)
def send_again(invitation_id: UUID) -> Response:
    return _done(invitations.send_again, invitation_id)


@api.delete("/invitations/<uuid:invitation_id>")
@needs(admins.PERMISSION)
def withdraw(invitation_id: UUID) -> Response:
    return _done(invitations.withdraw, invitation_id)


@api.post("/invitations/shown")
@needs("accounts.authenticate")
def show_invitation() -> Response:
    link = body(InvitationLink)
    with unit_of_work() as uow:
        return answer(invitations.shown(uow, link.token))


@api.post("/invitations/accepted")
@needs("accounts.authenticate")
def accept_invitation() -> Response:
    given = body(InvitationAcceptance)
    return answer(invitations.accept(database(), identity(), given), 201)


def _done(change: Callable[[UnitOfWork, UUID], None], object_id: UUID) -> Response:
    with unit_of_work() as uow:
        change(uow, object_id)
    return nothing()
