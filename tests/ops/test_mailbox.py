"""The mail box: what is sent to it over SMTP can be read on its page, and does nothing there."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient

from kernel.embedded.redis import free_port
from sandbox import mailbox
from sandbox.mailbox import MailFolder, Receiver, create_app

HTML = '<p>Hej <a href="http://solrosen.localhost/x">Verifiera</a></p><script>alert(1)</script>'


@pytest.fixture
def folder(tmp_path: Path) -> MailFolder:
    return MailFolder(tmp_path / "mail")


@pytest.fixture
def page(folder: MailFolder) -> FlaskClient:
    return create_app(folder, only_loopback=True).test_client()


@pytest.fixture
def smtp(folder: MailFolder) -> Iterator[smtplib.SMTP]:
    controller = Controller(Receiver(folder), hostname="127.0.0.1", port=free_port())
    controller.start()
    with smtplib.SMTP("127.0.0.1", controller.port) as client:
        yield client
    controller.stop()


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "atoll@demo.example", "åsa@demo.example"
    message["Subject"] = "Verifiera din adress ✉"
    message.set_content("Hej! <b>inte html</b>")
    message.add_alternative(HTML, subtype="html")
    return message


def test_a_mail_that_is_sent_is_listed_and_shown(
    smtp: smtplib.SMTP, page: FlaskClient, folder: MailFolder
) -> None:
    smtp.send_message(letter(), "atoll@demo.example", ["asa@demo.example"])

    (mail,) = folder.newest()
    listed, shown = page.get("/").text, page.get(f"/mails/{mail.id}").text
    assert "Verifiera din adress ✉" in listed
    assert "Hej! &lt;b&gt;inte html&lt;/b&gt;" in shown
    assert "åsa@demo.example" in shown


def test_what_a_mail_shows_is_fenced_in(smtp: smtplib.SMTP, page: FlaskClient, folder: MailFolder) -> None:
    smtp.send_message(letter(), "atoll@demo.example", ["asa@demo.example"])

    (mail,) = folder.newest()
    shown, body = page.get(f"/mails/{mail.id}"), page.get(f"/mails/{mail.id}/html")
    policy = body.headers["Content-Security-Policy"]
    assert "alert(1)" not in shown.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown.text
    assert HTML in body.text
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "script-src" not in policy


def test_the_newest_mail_comes_first(page: FlaskClient, folder: MailFolder) -> None:
    for number in (1, 2, 3):
        folder.keep(f"Subject: number {number}\r\n\r\n.".encode())

    assert [mail.subject for mail in folder.newest()] == ["number 3", "number 2", "number 1"]


def test_an_empty_box_says_so(page: FlaskClient) -> None:
    assert "No mail yet." in page.get("/").text


@pytest.mark.parametrize("path", ["/mails/none", "/mails/none/html", "/mails/..%2F..%2Fkeys%2Fsecret"])
def test_a_mail_that_is_not_there_is_not_found(page: FlaskClient, path: str) -> None:
    assert page.get(path).status_code == 404


@pytest.mark.parametrize("host", ["evil.example:8005", "127.0.0.1.evil.example:8005"])
def test_a_name_of_somebody_else_for_this_machine_reads_no_mail(page: FlaskClient, host: str) -> None:
    assert page.get("/", headers={"Host": host}).status_code == 400
    assert page.get("/", headers={"Host": "127.0.0.1:8005"}).status_code == 200


def test_old_mails_go_now_and_then(folder: MailFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "KEPT", 3)
    monkeypatch.setattr(mailbox, "A_ROUND", 5)
    for number in range(6):
        folder.keep(f"Subject: number {number}\r\n\r\n.".encode())

    assert [mail.subject for mail in folder.newest()] == ["number 5", "number 4", "number 3", "number 2"]
