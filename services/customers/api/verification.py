"""Verification of addresses: by link, by hand, and asking once more."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.verification import LinkAsked, LinkToken, VerificationEdit
from kernel.web import answer, body, identity, needs, nothing, unit_of_work
from services.customers.accounts import link_requests
from services.customers.profiles import verification

api = Blueprint("verification", __name__, url_prefix="/v1")


@api.put("/customers/<uuid:customer_id>/verification")
@needs("customers.edit")
def decide(customer_id: UUID) -> Response:
    edit = body(VerificationEdit)
    with unit_of_work() as uow:
        verification.decide(uow, customer_id, edit)
    return nothing()


@api.post("/customers/<uuid:customer_id>/verification/resend")
@needs("customers.edit")
def resend(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        verification.resend(uow, customer_id)
    return nothing()


@api.get("/own/verification")
@needs("own.view", visit="read")
def show_own() -> Response:
    with unit_of_work() as uow:
        return answer(verification.own(uow, identity().customer_id))


@api.post("/own/verification/resend")
@needs("own.edit", visit="act")
def resend_own() -> Response:
    with unit_of_work() as uow:
        verification.resend_to_oneself(uow, identity().customer_id)
    return nothing()


@api.post("/verifications/looks")
@needs("accounts.authenticate")
def look() -> Response:
    """A POST that changes nothing: in a GET the secret would stand in the address."""
    link = body(LinkToken)
    with unit_of_work() as uow:
        return answer(verification.look(uow, link.token))


@api.post("/verifications")
@needs("accounts.authenticate")
def verify() -> Response:
    link = body(LinkToken)
    with unit_of_work() as uow:
        return answer(verification.verify(uow, link.token), 201)


@api.post("/verifications/requests")
@needs("accounts.authenticate")
def request_link() -> Response:
    asked = body(LinkAsked)
    with unit_of_work() as uow:
        link_requests.request_link(uow, "verify", asked.email)
    return nothing()
