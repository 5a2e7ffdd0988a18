"""The box of notes: written with scripts and without, refused beside the field, deleted after a question."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from gateway.markdown import note_html
from services.customers.models import Note
from tests.console.people import registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    return registered(world, "asa@example.com", "Åsa", "Lind")


def path_of(owner: Owner, rest: str = "") -> str:
    return f"/customers/{owner.customer_id}/notes{rest}"


def shown(world: World, browser: Browser, owner: Owner, rest: str = "") -> Answer:
    return browser.get(world.url("admin", f"/customers/{owner.customer_id}{rest}"))


def write(
    world: World, browser: Browser, owner: Owner, text: str = "Ring före tio.", **headers: str
) -> Answer:
    form = shown(world, browser, owner).form(path_of(owner)) | {"text": text}
    return browser.post(world.url("admin", path_of(owner)), form, headers=headers)


def stored(world: World) -> list[Note]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Note).order_by(Note.created_at)))


def colleague(world: World, role: str = "support") -> Browser:
    world.admin(f"{role}@demo.example", role=role, name="Sam")
    return world.signed_in(f"{role}@demo.example")


def test_a_note_is_written_and_shown_with_author_and_time(world: World, browser: Browser, owner: Owner):
    answer = browser.follow(write(world, browser, owner, "**Ring** före tio.\nEller efter."))
    box = answer.text.partition('id="panel-notes"')[2]

    assert "The note is saved." in answer.text
    assert "<strong>Ring</strong> före tio.<br>\nEller efter." in box
    assert "<bdi>Ada Admin</bdi>" in box
    assert ">just now</time>" in box
    assert 'id="panel-notes"' in answer.text


def test_a_note_is_written_in_place_with_htmx(world: World, browser: Browser, owner: Owner):
    answer = write(world, browser, owner, **{"HX-Request": "true"})

    assert answer.status == 200
    assert answer.text.lstrip().startswith('<section id="panel-notes"')
    assert "Ring före tio." in answer.text
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text
    assert answer.form(path_of(owner))["text"] == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (" \r\n ", "Write something first."),
        ("x" * 10_001, "A note can hold at most 10000 characters; this has 10001."),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_is_wrong_is_said_beside_the_field_with_the_text_kept(
    *, world: World, browser: Browser, owner: Owner, typed: str, sentence: str, headers: dict[str, str]
):
    answer = write(world, browser, owner, typed, **headers)

    assert answer.status == 422
    assert f'id="text-error">{sentence}' in answer.text
    assert answer.form(path_of(owner))["text"] == typed.replace("\r\n", "\n")
    assert stored(world) == []
    assert answer.headers.get("HX-Retarget") == ("#write-note" if headers else None)


def test_a_note_is_edited_and_says_so(world: World, browser: Browser, owner: Owner):
    write(world, browser, owner)
    edit = world.url("admin", path_of(owner, f"/{stored(world)[0].id}"))

    form = browser.get(edit).form("")
    answer = browser.follow(browser.post(edit, form | {"text": "Efter tio."}))

    assert form["text"] == "Ring före tio."
    assert "Efter tio." in answer.text
    assert ">edited</small>" in answer.text


def test_who_saves_second_sees_the_others_text_and_overwrites_it_only_when_meant(
    world: World, browser: Browser, owner: Owner
):
    write(world, browser, owner)
    edit = world.url("admin", path_of(owner, f"/{stored(world)[0].id}"))
    mine = browser.get(edit).form("")
    browser.post(edit, browser.get(edit).form("") | {"text": "Deras"})

    refused = browser.post(edit, mine | {"text": "Mitt"})

    assert refused.status == 409
    assert "Saved by somebody else: <bdi>Deras</bdi>" in refused.text
    assert refused.form("")["text"] == "Mitt"
    assert stored(world)[0].text == "Deras"
    assert browser.post(edit, refused.form("") | {"text": "Mitt"}).status == 303
    assert stored(world)[0].text == "Mitt"


def test_a_note_is_deleted_after_a_question_only(world: World, browser: Browser, owner: Owner):
    write(world, browser, owner)
    delete = world.url("admin", path_of(owner, f"/{stored(world)[0].id}/delete"))

    question = browser.get(delete)
    kept = stored(world)
    answer = browser.follow(browser.post(delete, question.form("")))

    assert "Ring före tio." in question.text
    assert len(kept) == 1
    assert "The note is deleted." in answer.text
    assert "No notes." in answer.text
    assert stored(world) == []


def test_all_notes_of_a_customer_go_and_nobody_elses(world: World, browser: Browser, owner: Owner):
    other = registered(world, "bo@example.com", "Bo", "Ek")
    write(world, browser, other, "Bos")
    for text in ("ett", "två"):
        write(world, browser, owner, text)
    delete = world.url("admin", path_of(owner, "/delete"))

    answer = browser.follow(browser.post(delete, browser.get(delete).form("")))

    assert "2 notes are deleted." in answer.text
    assert [note.text for note in stored(world)] == ["Bos"]


def test_others_notes_have_no_buttons_and_are_refused(world: World, browser: Browser, owner: Owner):
    write(world, browser, owner)
    sam = colleague(world)
    note = path_of(owner, f"/{stored(world)[0].id}")
    page = shown(world, sam, owner)
    token = {"csrf_token": page.form(path_of(owner))["csrf_token"]}

    answers = [
        sam.post(world.url("admin", path), token | {"text": "Sams", "version": "1"})
        for path in (note, f"{note}/delete", path_of(owner, "/delete"))
    ]

    assert f'href="{note}"' not in page.text
    assert "Delete all notes" not in page.text
    assert f'href="{note}/delete"' in shown(world, browser, owner).text
    assert [answer.status for answer in answers] == [403, 403, 403]
    assert [kept.text for kept in stored(world)] == ["Ring före tio."]


def test_own_notes_have_buttons_for_who_may_edit(world: World, browser: Browser, owner: Owner):
    sam = colleague(world)
    write(world, sam, owner)

    assert f'href="{path_of(owner)}/{stored(world)[0].id}/delete"' in shown(world, sam, owner).text


def test_who_may_only_look_has_no_form_and_is_refused(world: World, browser: Browser, owner: Owner):
    write(world, browser, owner)
    looking = colleague(world, "finance")
    page = shown(world, looking, owner)
    token = {"csrf_token": page.form("/sign-out")["csrf_token"]}

    answer = looking.post(world.url("admin", path_of(owner)), token | {"text": "Nej"})

    assert "Ring före tio." in page.text
    assert f'action="{path_of(owner)}"' not in page.text
    assert (answer.status, len(stored(world))) == (403, 1)


@pytest.mark.parametrize("rest", ["", "/delete", "/{note}", "/{note}/delete"])
def test_a_form_without_its_own_token_changes_nothing(
    world: World, browser: Browser, owner: Owner, rest: str
):
    write(world, browser, owner)
    foreign = shown(world, colleague(world), owner).form("/sign-out")["csrf_token"]
    url = world.url("admin", path_of(owner, rest.format(note=stored(world)[0].id)))

    for token in ({}, {"csrf_token": foreign}):
        assert browser.post(url, token | {"text": "Nej", "version": "1"}).status == 400

    assert [note.text for note in stored(world)] == ["Ring före tio."]


def test_older_notes_are_asked_for_by_their_cursor(world: World, browser: Browser, owner: Owner):
    for number in range(7):
        write(world, browser, owner, f"Anteckning {number}")
    page = shown(world, browser, owner).text.partition('id="panel-notes"')[2]
    older = page.partition('href="')[2]
    link = next(part.split('"')[0] for part in page.split('href="') if "/panels/notes?after=" in part)

    rest = browser.get(world.url("admin", link.replace("&amp;", "&"))).text

    assert older
    assert "Anteckning 2" in page
    assert "Anteckning 1" not in page
    assert "Anteckning 1" in rest
    assert "Anteckning 0" in rest


def test_what_happened_stands_among_the_events_without_the_text(world: World, browser: Browser, owner: Owner):
    write(world, browser, owner, "hemligt")
    settle(world)

    events = shown(world, browser, owner, "/panels/events").text

    assert "A note was added" in events
    assert "hemligt" not in events


def test_in_swedish(world: World, browser: Browser, owner: Owner):
    browser.language = "sv"

    answer = browser.follow(write(world, browser, owner))

    for words in ("Anteckningar", "Anteckningen är sparad.", "Ny anteckning"):
        assert words in answer.text


@pytest.mark.parametrize(
    ("typed", "forbidden"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[x](javascript:alert(1))", "href"),
        ("![x](https://evil.example/pixel.png)", "<img"),
        ("# Rubrik", "<h1"),
        ("<b onclick=alert(1)>x</b>", "<b"),
    ],
)
def test_a_note_can_do_nothing(typed: str, forbidden: str):
    assert forbidden not in note_html(typed)


def test_a_program_writes_reads_edits_and_deletes(world: World, owner: Owner):
    key = {"Authorization": f"Bearer {world.api_key('customers.view', 'customers.edit', 'customers.delete')}"}
    program, url = world.browser(), world.url("admin", f"/api/v1{path_of(owner)}")

    made = json.loads(program.send_json("POST", url, {"text": "Från kassan"}, headers=key).text)
    one = f"{url}/{made['id']}"
    edited = json.loads(program.send_json("PUT", one, {"text": "Ändrad", "version": 1}, headers=key).text)
    listed = json.loads(program.get(url, headers=key).text)
    read = json.loads(program.get(one, headers=key).text)
    gone = program.send_json("DELETE", one, {}, headers=key)
    none = program.send_json("DELETE", url, {}, headers=key)

    assert UUID(made["id"])
    assert (made["author_name"], edited["text"], edited["version"]) == ("tests", "Ändrad", 2)
    assert listed["items"] == [edited] == [read]
    assert (gone.status, json.loads(none.text)) == (204, {"deleted": 0})


def test_a_key_without_the_scope_writes_nothing(world: World, owner: Owner):
    key = {"Authorization": f"Bearer {world.api_key('customers.view')}"}
    url = world.url("admin", f"/api/v1{path_of(owner)}")

    answer = world.browser().send_json("POST", url, {"text": "Nej"}, headers=key)

    assert (answer.status, stored(world)) == (403, [])
