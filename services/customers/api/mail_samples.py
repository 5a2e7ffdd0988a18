"""The templates of mail, with made-up values."""

from flask import Blueprint, Response

from kernel.contracts.mails import MailWritten, SampleOrder
from kernel.web import answer, body, needs, unit_of_work
from services.customers.mail import samples as mail_samples

api = Blueprint("mail_samples", __name__, url_prefix="/v1/mail-samples")


@api.get("")
@needs("network.settings")
def show() -> Response:
    with unit_of_work() as uow:
        return answer(mail_samples.samples(uow))


@api.post("")
@needs("network.settings")
def send() -> Response:
    order = body(SampleOrder)
    with unit_of_work() as uow:
        written = mail_samples.send_sample(uow, order)
    return answer(MailWritten(id=written.id), 201)
