"""How a customer signs in: links to set a password, locks, the history, and ending all of it."""

from uuid import UUID

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.force_sign_in import force_sign_in
from kernel.contracts.credentials import ForcedSignIn, SignInsPage, SignInsQuery
from kernel.http import query


@blueprint.post("/customers/<uuid:customer_id>/password-links")
@operation(scope="customers.credentials", is_confirmed_by_customers=True)
def send_password_link(customer_id: UUID) -> None:
    """Mail a customer a link to set a password; five times an hour."""
    api_services().customers.send_password_link(customer_id)


@blueprint.post("/customers/<uuid:customer_id>/unlock")
@operation(scope="customers.credentials", is_confirmed_by_customers=True)
def unlock(customer_id: UUID) -> None:
    """Let a customer who failed too often try again at once."""
    api_services().customers.unlock(customer_id)


@blueprint.post("/customers/<uuid:customer_id>/force-sign-in")
@operation(scope="customers.credentials", answers=ForcedSignIn, is_confirmed_by_customers=True)
def force(customer_id: UUID) -> ForcedSignIn:
    """End every session, visit, API key and open link of a customer; lets nobody in."""
    return force_sign_in(api_services(), customer_id)


@blueprint.get("/customers/<uuid:customer_id>/sign-ins")
@operation(scope="customers.view", query=SignInsQuery, answers=SignInsPage, is_confirmed_by_customers=True)
def customer_sign_ins(customer_id: UUID) -> SignInsPage:
    """A page of a customer's sign-ins, newest first; read on with `after`."""
    return api_services().customers.sign_ins(customer_id, query(SignInsQuery))


@blueprint.get("/customers/<uuid:customer_id>/sign-ins/export")
@operation(scope="customers.view", query=SignInsQuery, file="text/csv", is_confirmed_by_customers=True)
def export_customer_sign_ins(customer_id: UUID) -> Response:
    """A customer's sign-ins as CSV."""
    pieces = api_services().customers.export_sign_ins(customer_id, query(SignInsQuery))
    return Response(pieces, content_type="text/csv; charset=utf-8")
