"""Mail, as callers of the customers service see it."""

from uuid import UUID

from kernel.clients.base import ServiceClient
from kernel.contracts import mails


class MailsClient(ServiceClient):
    """What was written to whom."""

    def customer_mails(self, customer_id: UUID, after: str | None = None) -> mails.MailList:
        """Return what was written to a customer, newest first."""
        return self._get(f"/v1/customers/{customer_id}/mails", mails.MailList, {"after": after})

    def list_mails(self, query: mails.MailsQuery) -> mails.MailList:
        """Return what was written to anybody in the network."""
        return self._get("/v1/mails", mails.MailList, query.model_dump(exclude_defaults=True))

    def mail(self, mail_id: UUID) -> mails.Mail:
        """Return one message with its words."""
        return self._get(f"/v1/mails/{mail_id}", mails.Mail)

    def mail_file(self, mail_id: UUID, attachment_id: UUID) -> mails.MailFile:
        """Return a file that goes with a message. Raises NotFound until it is made."""
        return self._get(f"/v1/mails/{mail_id}/attachments/{attachment_id}", mails.MailFile)

    def mail_samples(self) -> mails.MailSamples:
        """Return every template with made-up values, in every language."""
        return self._get("/v1/mail-samples", mails.MailSamples)

    def send_mail_sample(self, order: mails.SampleOrder) -> mails.MailWritten:
        """Send one to whoever asks. Raises NotFound, Conflict."""
        return self._send("POST", "/v1/mail-samples", order, mails.MailWritten)

    def send_mail_again(self, mail_id: UUID, *, key: str) -> mails.MailWritten:
        """Write the message once more; with a ``key`` once for each. Raises Conflict, TooMany."""
        return self._send("POST", f"/v1/mails/{mail_id}/send-again", None, mails.MailWritten, key=key)

    def try_mail_again(self, mail_id: UUID) -> None:
        """Have a message tried again that was given up. Raises NotFound when it was not."""
        self._tell("POST", f"/v1/mails/{mail_id}/try-again")
