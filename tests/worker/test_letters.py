"""A message as it goes out: headers that say what they say, and cannot be made to say more."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parseaddr
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from kernel import clock
from kernel.config import Settings
from kernel.contracts.mails import LINK
from services.customers.mail.sending import Letter
from services.customers.models import Mail, Network
from worker.letters import NoAddress, compose, deliverable, one_line

TOKEN = "s3cret_-token"
MAIL_ID = UUID("01900000-0000-7000-8000-000000000001")


def letter(*, token: str = TOKEN, mail: dict[str, str] | None = None, **network: str) -> Letter:
    told = {"name": "Nordljus", "domain": "nord.test", "sender_name": "", "reply_to": "", "colour": "#066fd1"}
    row = Mail(
        id=MAIL_ID, created_at=clock.now(), to="asa@shop.example", link="verify" if token else "",
        **{"subject": "Hej", "text": f"Hej\n{LINK}", "html": f'<a href="{LINK}">Hej</a>'}
        | (mail or {}),
    )  # fmt: skip
    return Letter(row, Network(**told | network), token)


def composed(of: Letter, *, to: str = "asa@shop.example", **settings: object) -> EmailMessage:
    raw = compose(of, Settings(mail_from="atoll@nord.test", **settings), to=to)
    assert raw.isascii() or not to.isascii()
    return message_from_bytes(raw, policy=SMTPUTF8)  # type: ignore[arg-type]


def sender_of(of: Letter) -> tuple[str, str]:
    """Name and address that it is from. The newer parser puts a space between two encoded words."""
    raw = message_from_bytes(compose(of, Settings(mail_from="atoll@nord.test"), to="asa@shop.example"))
    name, address = parseaddr(raw["From"])
    return str(make_header(decode_header(name))), address


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return part.get_content()


def test_the_headers_say_who_writes_to_whom_and_that_a_machine_does():
    message = composed(letter(sender_name="Nordljus support", reply_to="hjalp@nord.test"))

    assert message["From"] == "Nordljus support <atoll@nord.test>"
    assert message["Reply-To"] == "hjalp@nord.test"
    assert message["To"] == "asa@shop.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{MAIL_ID}@nord.test>"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_without_a_sender_of_its_own_a_network_writes_under_its_name():
    message = composed(letter())

    assert message["From"] == "Nordljus <atoll@nord.test>"
    assert message["Reply-To"] is None


@pytest.mark.parametrize(
    "words",
    [
        "Bekräfta din e-postadress – åäö",
        "🎉 Välkommen 👩‍👩‍👧 hem",
        "x" * 300,
        "å" * 300,
        'En "citat", <b> & co',
        "Åsa, Bo & Co (Nord) <admin@nord.test>",
    ],
)
def test_subject_text_html_and_sender_arrive_as_they_were_written(words):
    written = letter(mail={"subject": words, "text": words, "html": words}, sender_name=words)
    message = composed(written)

    assert message["Subject"] == words
    assert sender_of(written) == (words, "atoll@nord.test")
    assert body(message, "plain").rstrip() == words
    assert body(message, "html").rstrip() == words


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x0b", "\x00", "\u2028", "\x85"])
def test_a_line_break_in_what_people_write_opens_no_header(ending):
    words = f"Hej{ending}Bcc: all@shop.example{ending}{ending}Body"
    message = composed(letter(mail={"subject": words}, sender_name=words, reply_to=words))

    assert message["Bcc"] is None
    assert message["Reply-To"] is None
    assert message["Subject"].split() == ["Hej", "Bcc:", "all@shop.example", "Body"]
    assert body(message, "plain").split()[0] == "Hej"


def test_the_link_is_filled_in_with_its_secret():
    message = composed(letter(), https=True)

    address = urlsplit(body(message, "plain").split()[1])
    assert (address.scheme, address.netloc, address.path) == ("https", "admin.nord.test", "/links/verify")
    assert parse_qs(address.query) == {"token": ["s3cret_-token"]}
    assert f'href="{address.geturl()}"' in body(message, "html")
    assert LINK not in message.as_string()


def test_the_link_leads_where_browsers_reach_us():
    message = composed(letter(), port=8140)

    assert "http://admin.nord.test:8140/links/verify?token=s3cret_-token" in body(message, "plain")


@pytest.mark.parametrize(
    ("address", "as_smtp_wants_it"),
    [
        ("asa@shop.example", "asa@shop.example"),
        ("asa@räksmörgås.example", "asa@xn--rksmrgs-5wao1o.example"),
        ("åsa@räksmörgås.example", "åsa@xn--rksmrgs-5wao1o.example"),
    ],
)
def test_an_address_is_ascii_when_it_can_be(address, as_smtp_wants_it):
    assert deliverable(address) == as_smtp_wants_it


@pytest.mark.parametrize(
    "address", ["", "asa", "a@b@c", "asa@shop.example\r\nRCPT TO:<x@y.example>", "a b@shop.example"]
)
def test_what_is_no_address_gets_nothing(address):
    with pytest.raises(NoAddress):
        deliverable(address)


def test_an_address_outside_ascii_stands_in_the_header():
    assert composed(letter(), to="åsa@shop.example")["To"] == "åsa@shop.example"


def test_words_in_a_header_are_one_line():
    assert one_line(" a\tb\r\n c\x00d ") == "a b c d"
