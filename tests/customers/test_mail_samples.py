"""Templates of mail with made-up values: all of them, in both languages, and readable in every colour."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from gateway.labels import MAILS
from kernel.auth import Identity
from kernel.contracts.mails import LINK
from kernel.database import Database
from services.customers.mail import writing as mails
from services.customers.mail.looks import READABLE, contrast, ink_on
from services.customers.mail.samples import SAMPLES, templates
from services.customers.models import AuditLine, Mail, Network
from tests.calling import Call
from tests.customers.conftest import make_admin, signed_in
from tests.mailing import found_network

COLOURS = ("#066fd1", "#ffffff", "#000000", "#ffdd00", "#7f7f7f", "#00ff00", "#ff0000", "#777777", "#767676")


@pytest.fixture
def known(database: Database, owner: Identity) -> Network:
    return found_network(database, owner)


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner, "owner"))


@pytest.mark.parametrize("language", mails.LANGUAGES)
@pytest.mark.parametrize("template", templates())
def test_every_message_says_something_in_text_and_html(owner, language, template):
    network = Network(
        network_id=owner.network_id, name="Nordljus", sender_name="", reply_to="hej@nord.test",
        colour="#aa3300", locale="sv",
    )  # fmt: skip
    said = mails.render(network, template, language, SAMPLES)

    assert 10 < len(said["subject"]) < 80
    assert "\n" not in said["subject"]
    assert len(said["text"]) > 80
    words = unescape(re.sub(r"<(title|style).*?</\1>|<[^>]+>", " ", said["html"], flags=re.DOTALL))
    for line in said["text"].splitlines():
        assert " ".join(line.split()).rstrip(":").strip("-") in " ".join(words.split())


@pytest.mark.parametrize("language", mails.LANGUAGES)
@pytest.mark.parametrize("template", templates())
def test_a_value_is_made_up_for_all_that_a_message_shows(template, language):
    assert mails.names_in(template, language) <= SAMPLES.keys()


@pytest.mark.parametrize("template", templates())
def test_every_message_has_a_name_in_the_console(template):
    assert template in MAILS


@pytest.mark.parametrize("colour", COLOURS)
def test_the_words_of_a_button_can_be_read_on_every_colour(colour):
    assert contrast(ink_on(colour), colour) >= READABLE


def test_contrast_is_the_one_of_wcag():
    assert round(contrast("#ffffff", "#000000"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert contrast("#123456", "#123456") == 1


def test_every_colour_there_is_can_be_written_on():
    shades = [f"#{red:02x}{green:02x}{blue:02x}" for red in range(0, 256, 15)
              for green in range(0, 256, 15) for blue in range(0, 256, 15)]  # fmt: skip

    assert min(contrast(ink_on(shade), shade) for shade in shades) >= READABLE


@pytest.mark.parametrize(("colour", "ink"), [("#ffdd00", "#000000"), ("#066fd1", "#ffffff")])
def test_the_button_is_written_in_that_ink(database, owner, colour, ink):
    found_network(database, owner, colour=colour)
    with database.unit_of_work(owner) as uow:
        mail = mails.write(uow, "verify_email", to="asa@shop.example", **SAMPLES)

    assert re.search(rf'<a href="{re.escape(LINK)}"[^>]*;color:{ink};', mail.html)
    assert f'bgcolor="{colour}"' in mail.html


def test_the_layout_is_what_mail_programs_can_draw(database, owner, known):
    with database.unit_of_work(owner) as uow:
        html = mails.write(uow, "verify_email", to="asa@shop.example", **SAMPLES).html

    assert html.count('role="presentation"') == html.count("<table")
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html
    assert "<script" not in html
    assert "http://" not in html
    assert "https://" not in html
    # Beside the subject stands what the message is about, not the greeting.
    assert re.search(r'mso-hide:all">Bekräfta att asa', html)
    assert len(html) < 102_000, "Gmail cuts longer messages off"


def test_all_are_shown_in_the_networks_name(call: Call, admin, known):
    found = call(admin, "GET", "/v1/mail-samples").json["items"]

    assert {(one["template"], one["language"]) for one in found} == {
        (template, language) for template in templates() for language in mails.LANGUAGES
    }
    assert all("Nordljus" in one["html"] for one in found)


def test_one_is_sent_to_whoever_asks(call: Call, database, owner, admin, known):
    response = call(admin, "POST", "/v1/mail-samples", json={"template": "verify_email", "language": "sv"})

    assert response.status_code == 201
    with database.unit_of_work(owner) as uow:
        [mail] = uow.session.scalars(select(Mail))
        [line] = uow.session.scalars(select(AuditLine).where(AuditLine.action == "sample of mail sent"))
    assert (mail.to, mail.language, mail.link) == ("owner.ada@office.example", "sv", "")
    assert line.details == {"template": "verify_email", "language": "sv"}


def test_there_is_no_sample_of_what_is_no_template(call: Call, admin, known):
    order = {"template": "layout", "language": "sv"}

    assert call(admin, "POST", "/v1/mail-samples", json=order).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_who_decides_for_the_network_sees_samples(call: Call, database, owner, known, method):
    support = signed_in(make_admin(database, owner, "support"))
    order = {"template": "verify_email", "language": "sv"}

    assert call(support, method, "/v1/mail-samples", json=order).status_code == 403
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Mail)).all() == []


def test_a_network_that_is_not_known_yet_has_no_samples(call: Call, database, owner, admin):
    assert call(admin, "GET", "/v1/mail-samples").status_code == 404
