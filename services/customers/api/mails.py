"""Mail: what was written, and sending it again."""

from uuid import UUID

from flask import Blueprint, Response, request

from kernel.contracts.mails import MailsQuery, MailWritten
from kernel.web import answer, needs, nothing, query, unit_of_work
from services.customers.mail import sending_again
from services.customers.queries import mails

api = Blueprint("mails", __name__, url_prefix="/v1")


@api.get("/customers/<uuid:customer_id>/mails")
@needs("customers.view")
def of_customer(customer_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(mails.mails_of_customer(uow, customer_id, request.args.get("after")))


@api.get("/mails")
@needs("customers.view")
def of_network() -> Response:
    asked = query(MailsQuery)
    with unit_of_work() as uow:
        return answer(mails.mails_of_network(uow, asked))


@api.get("/mails/<uuid:mail_id>")
@needs("customers.view")
def show(mail_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(mails.mail_page(uow, mail_id))


@api.get("/mails/<uuid:mail_id>/attachments/<uuid:attachment_id>")
@needs("billing.view")
def attachment(mail_id: UUID, attachment_id: UUID) -> Response:
    with unit_of_work() as uow:
        return answer(mails.mail_file(uow, mail_id, attachment_id))


@api.post("/mails/<uuid:mail_id>/send-again")
@needs("customers.edit", "customers.credentials")
def send_again(mail_id: UUID) -> Response:
    with unit_of_work() as uow:
        written = sending_again.send_again(uow, mail_id, key=request.headers.get("Idempotency-Key", ""))
    return answer(MailWritten(id=written.id), 201)


@api.post("/mails/<uuid:mail_id>/try-again")
@needs("customers.edit", "customers.credentials")
def try_again(mail_id: UUID) -> Response:
    with unit_of_work() as uow:
        sending_again.try_again(uow, mail_id)
    return nothing()
