"""How people get in: passwords, the history of sign-ins, locks, and ending all of it."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.credentials import PasswordChange, PasswordReset, SignInsQuery
from kernel.contracts.verification import LinkAsked, LinkToken
from kernel.errors import N_, Unauthenticated
from kernel.web import answer, body, database, identity, needs, nothing, query, streamed, unit_of_work
from services.customers.accounts import access, link_requests, password_changes, password_links
from services.customers.api.accounts import ANYBODY
from services.customers.models import Customer
from services.customers.queries.sign_ins import sign_ins
from services.customers.sign_ins import export as sign_in_export

api = Blueprint("credentials", __name__, url_prefix="/v1")


@api.post("/customers/<uuid:customer_id>/password-links")
@needs("customers.credentials")
def send_password_link(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        password_links.send(uow, customer_id)
    return nothing()


@api.post("/customers/<uuid:customer_id>/unlock")
@needs("customers.credentials")
def unlock(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        access.unlock(uow, customer_id)
    return nothing()


@api.post("/customers/<uuid:customer_id>/access/end")
@needs("customers.credentials")
def end_access(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(access.end_access(uow, customer_id))


@api.get("/customers/<uuid:customer_id>/sign-ins")
@needs("customers.view")
def show_sign_ins(customer_id: UUID) -> Response:
    asked = query(SignInsQuery)
    with unit_of_work() as uow:
        return answer(sign_ins(uow, uow.get(Customer, customer_id).account_id, asked))


@api.post("/customers/<uuid:customer_id>/sign-ins/exports")
@needs("customers.view")
def export_sign_ins(customer_id: UUID) -> Response:
    asked = body(SignInsQuery)
    with unit_of_work() as uow:
        account_id = sign_in_export.note_export(uow, customer_id, asked)
    pieces = sign_in_export.lines_of(unit_of_work, account_id, asked)
    return streamed(pieces, "text/csv; charset=utf-8")


@api.get("/own/sign-ins")
@needs(*ANYBODY, visit="never")
def show_own_sign_ins() -> Response:
    asked, account_id = query(SignInsQuery), identity().account_id
    if account_id is None:
        raise Unauthenticated(N_("Sign in first."))
    with unit_of_work() as uow:
        return answer(sign_ins(uow, account_id, asked))


@api.post("/standing/password-changes")
@needs(*ANYBODY, visit="never")
def change_password() -> Response:
    return answer(password_changes.change(database(), identity(), body(PasswordChange)))


@api.post("/resets/looks")
@needs("accounts.authenticate")
def look() -> Response:
    """A POST that changes nothing: in a GET the secret would stand in the address."""
    link = body(LinkToken)
    with unit_of_work() as uow:
        return answer(password_changes.look(uow, link.token))


@api.post("/resets")
@needs("accounts.authenticate")
def reset() -> Response:
    return answer(password_changes.reset(database(), identity(), body(PasswordReset)), 201)


@api.post("/resets/requests")
@needs("accounts.authenticate")
def request_link() -> Response:
    asked = body(LinkAsked)
    with unit_of_work() as uow:
        link_requests.request_link(uow, "reset", asked.email)
    return nothing()
