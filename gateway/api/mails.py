"""Mail: what was written to whom, what became of it, and sending it again."""

from uuid import UUID

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import idempotency_key, operation
from gateway.downloads import as_download
from kernel.contracts.common import After
from kernel.contracts.mails import Mail, MailList, MailSamples, MailsQuery, MailWritten, SampleOrder
from kernel.http import body, query
from kernel.invoice_pdf import MEDIA_TYPE


@blueprint.get("/customers/<uuid:customer_id>/mails")
@operation(scope="customers.view", query=After, answers=MailList, is_confirmed_by_customers=True)
def customer_mails(customer_id: UUID) -> MailList:
    """What was written to a customer, newest first; read on with `after`."""
    return api_services().customers.customer_mails(customer_id, query(After).after)


@blueprint.get("/mails")
@operation(scope="customers.view", query=MailsQuery, answers=MailList, is_confirmed_by_customers=True)
def mails() -> MailList:
    """What was written to anybody, newest first."""
    return api_services().customers.list_mails(query(MailsQuery))


@blueprint.get("/mails/<uuid:mail_id>")
@operation(scope="customers.view", answers=Mail, is_confirmed_by_customers=True)
def mail(mail_id: UUID) -> Mail:
    """One message as it was written; its link, if it has one, is left out."""
    return api_services().customers.mail(mail_id)


@blueprint.get("/mails/<uuid:mail_id>/attachments/<uuid:attachment_id>")
@operation(scope="billing.view", file=MEDIA_TYPE, is_confirmed_by_customers=True)
def mail_attachment(mail_id: UUID, attachment_id: UUID) -> Response:
    """A file that goes with a message, as it was sent: an invoice."""
    return as_download(api_services().customers.mail_file(mail_id, attachment_id))


@blueprint.post("/mails/<uuid:mail_id>/send-again")
@operation(scope="customers.edit", answers=MailWritten, is_confirmed_by_customers=True)
def send_mail_again(mail_id: UUID) -> MailWritten:
    """Write a message once more, with a new link; five times an hour for a customer.

    With an `Idempotency-Key` once for each key.
    """
    return api_services().customers.send_mail_again(mail_id, key=idempotency_key())


@blueprint.post("/mails/<uuid:mail_id>/try-again")
@operation(scope="customers.edit", is_confirmed_by_customers=True)
def try_mail_again(mail_id: UUID) -> None:
    """Have a message tried again that was given up."""
    api_services().customers.try_mail_again(mail_id)


@blueprint.get("/mail-samples")
@operation(scope="network.settings", answers=MailSamples, is_confirmed_by_customers=True)
def mail_samples() -> MailSamples:
    """Every message that can be sent, with made-up people in it, in every language."""
    return api_services().customers.mail_samples()


@blueprint.post("/mail-samples")
@operation(scope="network.settings", body=SampleOrder, answers=MailWritten, is_confirmed_by_customers=True)
def send_mail_sample() -> MailWritten:
    """Send one of them to the account that the key belongs to."""
    return api_services().customers.send_mail_sample(body(SampleOrder))
