"""Messages: rendered and kept when it is decided to write, in the reader's language."""

import pytest
from sqlalchemy import delete, func, select

from kernel.auth import Identity
from kernel.contracts.mails import LINK
from kernel.database import Database
from kernel.errors import NotFound
from kernel.ids import new_id
from services.customers.mail import attachments
from services.customers.mail import writing as mails
from services.customers.mail.attachments import Attached
from services.customers.mail.sending_again import send_again
from services.customers.models import Mail, MailAttachment, Network
from services.customers.models.mails import LARGEST_ATTACHMENT


@pytest.fixture
def known_network(database: Database, owner: Identity) -> Network:
    with database.unit_of_work(owner) as uow:
        network = Network(
            network_id=owner.network_id, slug=f"n{owner.network_id.hex[-10:]}", currency="SEK",
            name="Nordljus", domain="nord.test", locale="sv", time_zone="UTC",
            colour="#aa3300", sender_name="", reply_to="", verification="free", requires_second_factor=False,
        )  # fmt: skip
        uow.add(network)
    return network


def write(database: Database, owner: Identity, **more: object) -> Mail:
    with database.unit_of_work(owner) as uow:
        return mails.write(
            uow, "verify_email", to="asa@shop.example", link="verify",
            name="Åsa <b>Berg</b>", email="asa@shop.example", **more,
        )  # fmt: skip


def test_a_message_is_rendered_in_the_readers_language(database, owner, known_network):
    assert write(database, owner, language="en").subject == "Confirm your e-mail address"
    assert write(database, owner, language="sv").subject == "Bekräfta din e-postadress"


def test_without_a_language_we_write_the_networks_is_taken(database, owner, known_network):
    assert write(database, owner).language == "sv"
    assert write(database, owner, language="fi").language == "sv"


def test_html_and_text_say_the_same_and_names_are_no_markup(database, owner, known_network):
    mail = write(database, owner, language="en")

    assert "Hello Åsa <b>Berg</b>," in mail.text
    assert "Hello Åsa &lt;b&gt;Berg&lt;/b&gt;," in mail.html
    assert "#aa3300" in mail.html
    assert "Nordljus" in mail.html


def test_the_link_is_a_placeholder_until_the_message_is_sent(database, owner, known_network):
    mail = write(database, owner)

    assert LINK in mail.text
    assert f'href="{LINK}"' in mail.html


def test_a_network_that_is_not_known_yet_cannot_write(database, owner):
    with pytest.raises(NotFound, match="cannot send mail yet"):
        write(database, owner)


@pytest.mark.parametrize("language", mails.LANGUAGES)
def test_every_language_has_every_template(language):
    names = {path.name for path in (mails.TEMPLATES / language).glob("*.txt")}

    assert names == {path.name for path in (mails.TEMPLATES / "en").glob("*.txt")}


def test_a_file_goes_with_a_message_and_again_the_same_one(database, owner, known_network):
    mail = write(database, owner, attachments=[Attached("2026-00001.pdf", new_id())])
    with database.unit_of_work(owner) as uow:
        [file] = attachments.unmade(uow, mail.id)
        attachments.keep(uow, file.id, b"%PDF-1")
        attachments.keep(uow, file.id, b"%PDF-2")
    with database.unit_of_work(owner) as uow:
        uow.get(Mail, mail.id).link = ""
        again = send_again(uow, mail.id)
    with database.unit_of_work(owner) as uow:
        sent = [(one.name, one.content) for one in uow.get(Mail, again.id).attachments]

    assert sent == [("2026-00001.pdf", b"%PDF-1")]


def test_a_file_may_not_be_larger_than_a_letter(database, owner, known_network):
    mail = write(database, owner, attachments=[Attached("2026-00001.pdf", new_id())])

    with database.unit_of_work(owner) as uow:
        [file] = attachments.unmade(uow, mail.id)
        with pytest.raises(attachments.AttachmentTooLarge, match="at most 5242880"):
            attachments.keep(uow, file.id, b"x" * (LARGEST_ATTACHMENT + 1))
        assert [one.id for one in attachments.unmade(uow, mail.id)] == [file.id]


def test_with_a_message_its_files_go(database, owner, known_network):
    mail = write(database, owner, attachments=[Attached("2026-00001.pdf", new_id())])

    with database.unit_of_work(owner) as uow:
        uow.session.execute(delete(Mail).where(Mail.id == mail.id))
        left = uow.session.scalar(select(func.count()).select_from(MailAttachment))

    assert left == 0
