"""Customers: the list, the page, the search, the timeline, and what can be done to one."""

from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response
from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.customers import Clearance, CustomersQuery, VipChange, VisitChangesQuery
from kernel.contracts.people import PeopleAsked
from kernel.contracts.timeline import TimelineQuery
from kernel.web import answer, body, identity, needs, nothing, query, unit_of_work
from services.customers.accounts import clearances
from services.customers.profiles import registration
from services.customers.queries.found import found_customers
from services.customers.queries.listing import customers_list
from services.customers.queries.page import customer_page
from services.customers.queries.people import people
from services.customers.queries.timeline import done_on_visit, timeline


class TimelineAbout(TimelineQuery):
    """``GET /v1/timeline?about=&after=&kind=``."""

    about: UUID | None = None


api = Blueprint("customers", __name__, url_prefix="/v1")


class Search(Contract):
    """``GET /v1/search?q=&limit=``."""

    q: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=20)] = 5


@api.get("/customers")
@needs("customers.view")
def list_customers() -> Response:
    asked = query(CustomersQuery)
    with unit_of_work() as uow:
        return answer(customers_list(uow, asked))


@api.post("/customers/people")
@needs("customers.view")
def show_people() -> Response:
    asked = body(PeopleAsked)
    with unit_of_work() as uow:
        return answer(people(uow, asked.ids))


@api.get("/customers/<uuid:customer_id>")
@needs("customers.view")
def show_customer(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(customer_page(uow, customer_id))


@api.put("/customers/<uuid:customer_id>/vip")
@needs("customers.edit")
def change_vip(customer_id: UUID) -> Response:
    change = body(VipChange)
    with unit_of_work() as uow:
        registration.mark_vip(uow, customer_id, is_vip=change.is_vip)
    return nothing()


@api.get("/visit-changes")
@needs("audit.view")
def visit_changes() -> Response:
    asked = query(VisitChangesQuery)
    with unit_of_work() as uow:
        return answer(done_on_visit(uow, asked))


@api.get("/customers/<uuid:customer_id>/switch-terms")
@needs("customers.switch")
def switch_terms(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(clearances.switch_terms(uow, customer_id))


@api.post("/customers/<uuid:customer_id>/clearances")
@needs("customers.switch")
def clear_switch(customer_id: UUID) -> Response:
    asked = body(Clearance)
    with unit_of_work() as uow:
        cleared = clearances.clear_switch(uow, customer_id, asked)
    return answer(cleared, 201)


@api.get("/search")
@needs("customers.view")
def search() -> Response:
    asked = query(Search)
    with unit_of_work() as uow:
        return answer(found_customers(uow, asked.q, asked.limit))


@api.get("/timeline")
@needs("customers.view", "billing.view", "sites.view")
def show_timeline() -> Response:
    asked = query(TimelineAbout)
    if asked.about is None:
        identity().require("audit.view")
    with unit_of_work() as uow:
        return answer(timeline(uow, about=asked.about, after=asked.after, kind=asked.kind))
