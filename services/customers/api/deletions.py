"""Deleting customers: what would go, the order, where it stands, and what is kept."""

from uuid import UUID

from flask import Blueprint, Response

from kernel.background import stumbled_on
from kernel.contracts.deletions import DeletionOrder, Trouble
from kernel.web import answer, body, needs, unit_of_work
from services.customers.deletion.asking import ask_again, request_deletion
from services.customers.queries import deletions as queries

api = Blueprint("deletions", __name__, url_prefix="/v1")


@api.get("/customers/<uuid:customer_id>/deletion-outlook")
@needs("customers.delete")
def show_outlook(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.customer_outlook(uow, customer_id))


@api.post("/customers/<uuid:customer_id>/deletions")
@needs("customers.delete")
def create_deletion(customer_id: UUID) -> Response:
    order = body(DeletionOrder)
    with unit_of_work() as uow:
        made = request_deletion(uow, customer_id, way=order.way, heir_id=order.heir_id, email=order.email)
        return answer(queries.deletion_of(uow, made), 202)


@api.get("/deletions")
@needs("customers.view")
def list_deletions() -> Response:
    with unit_of_work() as uow:
        return answer(queries.deletions(uow))


@api.get("/deletions/<uuid:deletion_id>")
@needs("customers.view")
def show_deletion(deletion_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.deletion(uow, deletion_id))


@api.post("/deletions/<uuid:deletion_id>/repeats")
@needs("customers.delete")
def repeat_deletion(deletion_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.deletion_of(uow, ask_again(uow, deletion_id)), 202)


@api.get("/deletions/<uuid:deletion_id>/trouble")
@needs("customers.delete")
def show_trouble(deletion_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(Trouble(error=stumbled_on(uow, deletion_id=deletion_id)))


@api.get("/former-customers/<uuid:customer_id>")
@needs("customers.view")
def show_former_customer(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(queries.former_customer(uow, customer_id))
