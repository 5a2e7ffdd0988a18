"""Customers as somebody edits them."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.profiles import NewProfile, ProfileChange
from kernel.web import answer, body, needs, unit_of_work
from services.customers.profiles import editing as profiles
from services.customers.profiles import enrolment
from services.customers.queries.page import customer_page

api = Blueprint("profiles", __name__, url_prefix="/v1")


@api.post("/customers")
@needs("customers.edit")
def register_customer() -> Response:
    new = body(NewProfile)
    with unit_of_work() as uow:
        made = enrolment.enrol(uow, new)
        uow.session.flush()
        return answer(customer_page(uow, made.id), 201)


@api.patch("/customers/<uuid:customer_id>")
@needs("customers.edit", "customers.credentials")
def change_profile(customer_id: UUID) -> Response:
    change = body(ProfileChange)
    with unit_of_work() as uow:
        profiles.change_profile(uow, customer_id, change)
        return answer(customer_page(uow, customer_id))
