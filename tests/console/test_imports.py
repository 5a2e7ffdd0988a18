"""Importing from the console: the file, its columns, what would happen, how far it is, what was refused."""

import json
from pathlib import Path
from uuid import UUID

import pytest
import urllib3

from kernel import work
from tests.console.people import registered
from tests.customers.test_import_files import UNKNOWN
from tests.flows.browser import Answer, Browser
from tests.flows.world import World
from worker.performers.imports import import_file as performer

DEMO = Path(__file__).parents[2] / "demo"
PATH = "/customers/import"


def send_file(browser: Browser, world: World, content: bytes | None, name: str = "kunder.csv") -> Answer:
    """Send the form as browsers do, with a file in it."""
    url = world.url("admin", PATH)
    fields: dict[str, object] = dict(browser.get(url).form(PATH))
    fields["file"] = (name if content is not None else "", content or b"", "text/csv")
    body, kind = urllib3.encode_multipart_formdata(fields)  # type: ignore[arg-type]
    return browser.send_body(url, body, {"Content-Type": kind})


def perform_all(world: World, location: str) -> None:
    import_id = UUID(location.rpartition("/")[2])
    while work.perform(performer, world.databases["customers"], import_id):
        pass


def post(browser: Browser, answer: Answer, what: str, *more: tuple[str, str]) -> Answer:
    path = "/" + answer.url.split("/", 3)[3]
    fields = [*answer.form(f"{path}/{what}").items(), *more]
    return browser.post(f"{answer.url}/{what}", fields)  # type: ignore[arg-type]


def test_a_file_is_sent_looked_at_and_imported(world: World, browser: Browser):
    sent = send_file(browser, world, (DEMO / "atoll.csv").read_bytes())
    page = browser.follow(sent)
    perform_all(world, sent.location)
    checked = browser.get(sent.location)
    started = browser.follow(post(browser, checked, "start"))
    perform_all(world, sent.location)
    done = browser.get(sent.location)

    assert (sent.status, "asa.lindqvist@lindqvist.example" in page.text) == (303, True)
    assert ("Being checked" in page.text, 'hx-trigger="every 1s"' in page.text) == (True, True)
    assert ("Ready to import" in checked.text, "<dd>195</dd>" in checked.text) == (True, True)
    assert "The import has started." in started.text
    assert ("Imported" in done.text, "every 1s" in done.text) == (True, False)
    assert "195" in browser.get(world.url("admin", "/customers")).text


def test_a_piece_of_the_page_is_answered_to_the_script(world: World, browser: Browser):
    sent = send_file(browser, world, (DEMO / "atoll.csv").read_bytes())

    piece = browser.get(sent.location, headers={"HX-Request": "true"})

    assert piece.text.lstrip().startswith('<section id="progress"')


def test_what_was_refused_is_a_download(world: World, browser: Browser):
    sent = send_file(browser, world, (DEMO / "atoll.csv").read_bytes())
    perform_all(world, sent.location)

    file = browser.get(f"{sent.location}/rejects")

    assert file.headers["Content-Disposition"].startswith('attachment; filename="rejects-')
    assert len(file.text.splitlines()) >= 6
    assert file.text.startswith("\ufeffline,reason,number,email")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "Choose a file first."),
        (b"", "kunder.csv is empty."),
        (b"only words\n", "its first line has only one column"),
        (b"PK\x00\x00", "Save it as CSV in your spreadsheet program first."),
    ],
)
def test_what_cannot_be_imported_is_said_beside_the_field(world: World, browser: Browser, content, sentence):
    answer = send_file(browser, world, content)

    assert (answer.status, sentence in answer.text) == (422, True)
    assert 'aria-invalid="true"' in answer.text
    assert "Nothing has been imported here yet." in answer.text


def test_a_file_of_several_megabytes_passes(world: World, browser: Browser):
    rows = (f"p{number}@example.com,{'x' * 200},{number},2024-01-01,u{number}" for number in range(15_000))
    content = "\n".join(["email,note,number,customer_since,username", *rows]).encode()

    sent = send_file(browser, world, content)

    assert len(content) > 3 * 2**20
    assert sent.status == 303


def test_a_file_that_is_too_large_is_said_beside_the_field(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("gateway.uploads.LARGEST_FILE", 1000)
    monkeypatch.setattr("gateway.uploads.AROUND", 0)

    sent = send_file(browser, world, b"x" * 2000)

    assert sent.location.endswith("/customers/import?failed=too-large")
    assert "The file is larger than 64 MB. Divide it." in browser.follow(sent).text


def test_a_stranger_who_shows_a_key_sends_no_large_form(world: World):
    """A form is read before anybody knows who sends it; a key counts only where it is looked at first."""
    body, kind = urllib3.encode_multipart_formdata({"file": ("kunder.csv", b"x" * (3 * 2**20), "text/csv")})

    refused = world.browser().send_body(
        world.url("admin", PATH), body, {"Content-Type": kind, "Authorization": "Bearer atoll_x"}
    )

    assert refused.status == 413


def test_large_bodies_are_taken_on_this_address_alone_and_from_nobody_unknown(world: World, browser: Browser):
    large = b"x" * (3 * 2**20)

    elsewhere = browser.send_body(world.url("admin", "/customers/bulk"), large, {})
    stranger = world.browser().send_body(world.url("admin", PATH), large, {})

    assert elsewhere.status in {400, 413}
    assert stranger.status in {400, 413}


def test_columns_are_chosen_and_what_does_not_fit_is_said_beside_them(world: World, browser: Browser):
    page = browser.follow(send_file(browser, world, UNKNOWN.encode()))
    token = page.form(page.url.split("/", 3)[3] and "/" + page.url.split("/", 3)[3] + "/columns")[
        "csrf_token"
    ]
    fields = [("csrf_token", token), *(("field", name) for name in ("first_name", "city", "", "city", ""))]

    wrong = browser.post(f"{page.url}/columns", fields)  # type: ignore[arg-type]
    fields[1] = ("field", "email")
    fields[4] = ("field", "")
    right = browser.post(f"{page.url}/columns", fields)  # type: ignore[arg-type]
    perform_all(world, page.url)

    assert '<option value="email" selected>' in page.text
    assert wrong.status == 422
    assert "One column must hold the e-mail address" in wrong.text
    assert "Another column holds this already." in wrong.text
    assert wrong.text.count('<option value="city" selected>') == 2
    assert right.status == 303
    assert "Ready to import" in browser.get(page.url).text


def test_an_import_is_not_started_without_its_token(world: World, browser: Browser):
    sent = send_file(browser, world, (DEMO / "atoll.csv").read_bytes())

    answers = [browser.post(f"{sent.location}/{what}", {}) for what in ("start", "stop", "columns")]

    assert [answer.status for answer in answers] == [400] * 3


def test_who_may_not_edit_sees_no_button_and_is_refused(world: World):
    registered(world, "a@example.com", "A", "B")
    world.admin("auditor@demo.example", role="auditor")
    browser = world.signed_in("auditor@demo.example")

    assert "/customers/import" not in browser.get(world.url("admin", "/customers")).text
    assert browser.get(world.url("admin", PATH)).status == 403


def test_the_empty_list_leads_to_the_import(world: World, browser: Browser):
    assert "Import customers" in browser.get(world.url("admin", "/customers")).text


def test_the_api_takes_a_file_and_tells_how_far_it_is(world: World):
    browser, url = world.browser(), world.url("admin", "/api/v1/customers/imports")
    key = {"Authorization": f"Bearer {world.api_key('customers.edit')}", "Content-Type": "text/csv"}
    content = (DEMO / "atoll.csv").read_bytes()

    checked = json.loads(browser.send_body(f"{url}?check_only=true", content, key).text)
    begun = json.loads(browser.send_body(f"{url}?name=a.csv", content, key).text)
    perform_all(world, begun["id"])
    done = json.loads(browser.get(f"{url}/{begun['id']}", headers=key).text)
    refused = browser.get(f"{url}/{begun['id']}/rejects", headers=key)

    assert (checked["phase"], begun["phase"], begun["name"]) == ("checking", "importing", "a.csv")
    assert (done["phase"], done["counts"]["registered"], done["counts"]["rejected"]) == ("done", 195, 5)
    assert refused.text.startswith("\ufeffline,reason")


def test_the_api_needs_the_scope(world: World):
    key = {"Authorization": f"Bearer {world.api_key('customers.view')}"}

    answer = world.browser().send_body(world.url("admin", "/api/v1/customers/imports"), b"email,x\n", key)

    assert answer.status == 403
