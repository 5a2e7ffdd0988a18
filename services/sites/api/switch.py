"""For admins who switch to a site, and for the gateway that carries them there."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.contracts.access import VIEWS
from kernel.contracts.sites import Redemption, TicketBinding, TicketOrder, VisitEnd
from kernel.contracts.visits import VisitsQuery
from kernel.web import answer, body, needs, nothing, query, streamed, unit_of_work
from services.sites.own import own_customer
from services.sites.rows import visit_of
from services.sites.switch_log import lines_of, logged_visit, note_export, switch_log
from services.sites.tickets import bind_ticket, issue_ticket, redeem_ticket
from services.sites.visits import end_every_visit, end_visit, end_visits, end_visits_of, seen_on_visit

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


@api.get("/visits")
@needs("audit.view")
def log() -> Response:
    asked = query(VisitsQuery)
    with unit_of_work() as uow:
        return answer(switch_log(uow, asked))


@api.post("/visits/exports")
@needs("audit.view")
def export() -> Response:
    asked = body(VisitsQuery)
    with unit_of_work() as uow:
        note_export(uow, asked)
    return streamed(lines_of(unit_of_work, asked), "text/csv; charset=utf-8")


@api.get("/visits/<uuid:visit_id>/log")
@needs("audit.view")
def logged(visit_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(logged_visit(uow, visit_id))


@api.get("/own/visits")
@needs("own.view", visit="never")
def own_log() -> Response:
    """Who was in the asking customer's place, of whatever site of his."""
    asked = query(VisitsQuery)
    with unit_of_work() as uow:
        mine = asked.model_copy(update={"customer": own_customer(uow)})
        return answer(switch_log(uow, mine))


@api.get("/visits/<uuid:visit_id>")
@needs("tickets.redeem")
def visit(visit_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(visit_of(seen_on_visit(uow, visit_id)))


@api.post("/visits/<uuid:visit_id>/end")
@needs("tickets.redeem")
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


@api.post("/visits/end-every")
@needs("customers.credentials")
def end_every() -> Response:
    with unit_of_work() as uow:
        return answer(end_every_visit(uow))


@api.post("/accounts/<uuid:account_id>/visits/end")
@needs("customers.credentials")
def end_all_of_account(account_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(end_visits_of(uow, account_id))
