"""Talking SMTP: TLS, logins, connections used again, and whose fault a refusal is."""

import smtplib
from collections.abc import Iterator

import pytest

from kernel.config import Settings
from tests.mail_server import (
    HANG_UP,
    TAKE_AND_HANG_UP,
    MailServer,
    certificate,
    lets_in,
    running_mail_server,
    tls_context,
)
from worker import mailer
from worker.mailer import AddressRefused, Mailer, NotTaken, Uncertain, blames_address, dotted

CONTENT = b"Subject: Hej\r\nMessage-ID: <1@atoll.test>\r\n\r\n.en punkt\r\nslut\r\n"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running_mail_server() as running:
        yield running


def hand_over(
    to: Mailer,
    *,
    recipient: str = "asa@shop.example",
    content: bytes = CONTENT,
    calls: list[str] | None = None,
) -> str:
    noted = calls if calls is not None else []
    with to.conversation() as talk:
        return talk.hand_over(
            content, sender="atoll@nord.test", recipient=recipient, about_to_end=lambda: noted.append("end")
        )


@pytest.fixture
def sent(server, settings):
    return Mailer(server.settings(settings, smtp_timeout=2))


def test_a_message_arrives_as_it_was_and_the_answer_comes_back(server, sent):
    assert hand_over(sent) == "250 2.0.0 Kept as 1"

    assert server.taken[0].get_content() == ".en punkt\r\nslut\r\n"
    assert server.rcpts == [["asa@shop.example"]]


def test_a_connection_is_used_for_the_next_message(server, sent):
    for _ in range(3):
        hand_over(sent)

    assert (len(server.taken), server.connections) == (3, 1)


def test_a_connection_that_broke_meanwhile_is_made_anew(server, sent):
    hand_over(sent)
    sent._idle[0].smtp.close()

    assert hand_over(sent) == "250 2.0.0 Kept as 2"
    assert server.connections == 2


def test_after_a_hundred_messages_a_new_connection_is_made(server, sent, monkeypatch):
    monkeypatch.setattr(mailer, "A_CONNECTION", 2)
    for _ in range(3):
        hand_over(sent)

    assert server.connections == 2


def test_until_the_end_is_announced_the_server_has_nothing(server, sent):
    def fail() -> None:
        assert server.taken == []
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), sent.conversation() as talk:
        talk.hand_over(CONTENT, sender="a@nord.test", recipient="b@shop.example", about_to_end=fail)

    hand_over(sent)
    assert len(server.taken) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_not_now_is_not_taken(server, sent, verb):
    server.answers[verb] = "451 4.7.1 Greylisted, come back"

    with pytest.raises(NotTaken, match=r"451 4.7.1 Greylisted") as raised:
        hand_over(sent)
    assert not isinstance(raised.value, AddressRefused)
    assert server.taken == []


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_an_address_that_is_refused_for_good_is_the_addresss_fault(server, sent, verb):
    server.answers[verb] = "550 5.1.1 Nobody here"

    with pytest.raises(AddressRefused, match=r"550 5.1.1 Nobody here"):
        hand_over(sent)


def test_a_sender_that_is_refused_is_our_fault(server, sent):
    server.answers["MAIL"] = "550 5.1.1 We do not like you"

    with pytest.raises(NotTaken) as raised:
        hand_over(sent)
    assert not isinstance(raised.value, AddressRefused)


@pytest.mark.parametrize(
    ("answer", "is_blamed"),
    [
        ("550 5.1.1 No such user", True),
        ("550 5.2.1 Mailbox disabled", True),
        ("552 5.2.2 Mailbox full", True),
        ("556 5.1.10 Takes no mail", True),
        ("550 No such user", True),
        ("553 Mailbox name not allowed", True),
        ("554 Transaction failed", True),
        ("550 5.7.1 Relaying denied", False),
        ("554 5.7.1 Relay access denied", False),
        ("550 5.1.8 Bad sender's system address", False),
        ("553 5.1.7 Bad sender's mailbox address syntax", False),
        ("530 Authentication required", False),
        ("535 Authentication failed", False),
        ("503 Bad sequence of commands", False),
        ("450 4.2.1 Try again", False),
        ("421 Too busy", False),
    ],
)
def test_whose_fault_a_refusal_is(answer, is_blamed):
    assert blames_address(int(answer[:3]), answer) == is_blamed


@pytest.mark.parametrize(("answer", "copies"), [(HANG_UP, 0), (TAKE_AND_HANG_UP, 1)])
def test_a_server_that_hangs_up_after_the_end_leaves_it_open(server, sent, answer, copies):
    server.answers["DATA"] = answer

    with pytest.raises(Uncertain):
        hand_over(sent)
    assert len(server.taken) == copies


def test_a_server_that_is_not_there_took_nothing(settings):
    with running_mail_server() as gone:
        away = Mailer(gone.settings(settings))

    with pytest.raises(NotTaken, match="ConnectionRefusedError"):
        hand_over(away)


def test_letters_outside_ascii_in_an_address_are_sent_as_they_are(server, sent):
    hand_over(sent, recipient="åsa@shop.example")

    assert server.rcpts == [["åsa@shop.example"]]


def test_a_line_that_begins_with_a_dot_is_no_end():
    assert dotted(b"a\r\n.\r\n.b") == b"a\r\n..\r\n..b\r\n"


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


def test_starttls_hides_login_and_message(settings, pem, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    options = {"tls_context": tls_context(pem), "require_starttls": True, **lets_in("atoll", "hemligt")}
    with running_mail_server(**options) as server:
        login = {"smtp_user": "atoll", "smtp_password": "hemligt"}
        own = server.settings(settings, smtp_tls="starttls", **login)

        assert hand_over(Mailer(own)) == "250 2.0.0 Kept as 1"


def test_tls_from_the_first_byte(settings, pem, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with running_mail_server(ssl_context=tls_context(pem)) as server:
        assert hand_over(Mailer(server.settings(settings, smtp_tls="tls"))) == "250 2.0.0 Kept as 1"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(settings, pem, tls):
    context = {"ssl_context" if tls == "tls" else "tls_context": tls_context(pem)}
    with running_mail_server(**context) as server:
        with pytest.raises(NotTaken, match="CERTIFICATE_VERIFY_FAILED"):
            hand_over(Mailer(server.settings(settings, smtp_tls=tls)))
        assert server.taken == []


def test_a_server_without_tls_gets_no_mail_when_tls_is_asked_for(server, settings):
    with pytest.raises(NotTaken, match="STARTTLS"):
        hand_over(Mailer(server.settings(settings, smtp_tls="starttls")))
    assert server.taken == []


def test_a_login_that_is_refused_is_our_fault(settings, pem, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    options = {"tls_context": tls_context(pem), **lets_in("atoll", "hemligt")}
    with running_mail_server(**options) as server:
        own = server.settings(settings, smtp_tls="starttls", smtp_user="atoll", smtp_password="fel")

        with pytest.raises(NotTaken, match="535") as raised:
            hand_over(Mailer(own))
    assert not isinstance(raised.value, AddressRefused)


def test_a_password_is_never_sent_in_the_clear():
    with pytest.raises(ValueError, match="only sent over TLS"):
        Settings(smtp_user="atoll", smtp_password="hemligt")


def test_a_break_before_the_end_is_certain(server, sent, monkeypatch):
    monkeypatch.setattr(smtplib.SMTP, "send", lambda *_: (_ for _ in ()).throw(BrokenPipeError("gone")))

    with pytest.raises(NotTaken, match="gone"):
        hand_over(sent)
