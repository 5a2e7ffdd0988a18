"""A message as mail servers and mail programs read it (RFC 5322): headers, text and HTML."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from unicodedata import category

from email_validator import EmailNotValidError, validate_email

from kernel.config import Settings
from kernel.contracts.mails import LINK
from services.customers.mail.sending import Letter


class NoAddress(Exception):
    """What the message is addressed to is no e-mail address."""


def compose(letter: Letter, settings: Settings, *, to: str) -> bytes:
    """Return the message, its link filled in. ``to`` is as ``deliverable`` gives it.

    The Message-ID is the row's own: two copies of a message can be told for what they are. It is
    marked as written by a machine (RFC 3834), so that no holiday answer comes back.
    """
    mail, network = letter.mail, letter.network
    message = EmailMessage(policy=(SMTP if to.isascii() else SMTPUTF8).clone(cte_type="7bit"))
    sender = settings.mail_from
    message["From"] = _address(sender, called=one_line(network.sender_name or network.name))
    message["To"] = _address(to)
    if reply_to := _reply_to(network.reply_to):
        message["Reply-To"] = reply_to
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    link = link_of(letter, settings)
    message.set_content(mail.text.replace(LINK, link), cte="quoted-printable")
    message.add_alternative(mail.html.replace(LINK, link), subtype="html", cte="quoted-printable")
    for file in letter.attachments:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(file.content or b"", maintype=main, subtype=sub, filename=file.name)
    return message.as_bytes()


def link_of(letter: Letter, settings: Settings) -> str:
    """Return where the button of the message leads; with its secret, so it is kept nowhere.

    One without a secret, as in a sample, leads to the network's front door.
    """
    origin = settings.origin(f"admin.{letter.network.domain}")
    return f"{origin}/links/{letter.mail.link}?token={letter.token}" if letter.token else f"{origin}/"


def deliverable(address: str) -> str:
    """Return an address as SMTP wants it: in ASCII when it can be. Raises NoAddress."""
    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as reason:
        raise NoAddress(str(reason)) from reason
    return checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}"


def one_line(words: str) -> str:
    """Return words that fit into a header: no line break or other control character opens another one."""
    return " ".join("".join(one if category(one) != "Cc" else " " for one in words).split())


def _address(address: str, *, called: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(called, local, domain)


def _reply_to(address: str) -> Address | None:
    try:
        return _address(deliverable(address)) if address else None
    except NoAddress:
        return None
