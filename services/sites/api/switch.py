"""For admins who switch to a site, and for the gateway that carries them there."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.access import VIEWS
from kernel.contracts.sites import Redemption, TicketBinding, TicketOrder, VisitEnd
from kernel.web import answer, body, needs, nothing, unit_of_work
from services.sites.rows import visit_of
from services.sites.tickets import bind_ticket, issue_ticket, redeem_ticket
from services.sites.visits import end_visit, end_visits, end_visits_of, standing_visit

api = Blueprint("switch", __name__, url_prefix="/v1")


@api.post("/tickets")
@needs("customers.switch")
def create_ticket() -> Response:
    order = body(TicketOrder)
    with unit_of_work() as uow:
        return answer(issue_ticket(uow, order), status=201)


@api.post("/tickets/<uuid:ticket_id>/bindings")
@needs("customers.switch")
def create_binding(ticket_id: UUID) -> Response:
    binding = body(TicketBinding)
    with unit_of_work() as uow:
        return answer(bind_ticket(uow, ticket_id, binding), status=201)


@api.post("/visits")
@needs("tickets.redeem")
def create_visit() -> Response:
    redemption = body(Redemption)
    with unit_of_work() as uow:
        return answer(visit_of(redeem_ticket(uow, redemption)), status=201)


@api.get("/visits/<uuid:visit_id>")
@needs("tickets.redeem", "own.view")
def visit(visit_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(visit_of(standing_visit(uow, visit_id)))


@api.post("/visits/<uuid:visit_id>/end")
@needs("tickets.redeem", "own.view")
def end_one(visit_id: UUID) -> Response:
    end = body(VisitEnd)
    with unit_of_work() as uow:
        end_visit(uow, visit_id, end)
    return nothing()


@api.post("/visits/end")
@needs("tickets.redeem", *VIEWS)
def end_all() -> Response:
    """End all visits of an admin's session; even one who may no longer switch can end his own."""
    end = body(VisitEnd)
    with unit_of_work() as uow:
        end_visits(uow, end)
    return nothing()


@api.post("/accounts/<uuid:account_id>/visits/end")
@needs("customers.credentials")
def end_all_of_account(account_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(end_visits_of(uow, account_id))
