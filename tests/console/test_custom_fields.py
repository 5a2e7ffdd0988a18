"""Custom fields in the console: defined, put in order, retired and deleted; filled in, shown and refused."""

import json
import re
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gateway.custom_fields import read_number, typed_number
from kernel.contracts.custom_fields import Choice, FieldKind, FieldValuesChange, NewCustomField, Words
from services.customers.custom_fields.definitions import define_field
from services.customers.custom_fields.of_customers import change_values
from services.customers.models import Customer, CustomField
from tests.console.people import registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World

SETTINGS = "/settings/fields"
DEFINED: list[tuple[FieldKind, str, str]] = [
    ("text", "Nickname", "Smeknamn"), ("number", "Shoe size", "Skostorlek"),
    ("date", "Birthday", "Födelsedag"), ("yes_no", "Member", "Medlem"), ("choice", "Size", "Storlek"),
    ("choices", "Interests", "Intressen"), ("url", "Web page", "Webbsida"),
]  # fmt: skip
VALUES: dict[str, Any] = {
    "nickname": "Sessan", "shoe_size": 1238.5, "birthday": "1990-05-31", "member": False,
    "size": "large", "interests": ["bread", "tea"], "web_page": "https://asa.example/",
}  # fmt: skip


@pytest.fixture
def owner(world: World) -> Owner:
    return registered(world, "asa@example.com", "Åsa", "Lind")


def define(world: World, kind: FieldKind, en: str, sv: str = "", **more: Any) -> str:
    labels = {"choice": ("Small", "Large"), "choices": ("Bread", "Tea")}
    choices = tuple(Choice(label=Words(en=one)) for one in labels.get(kind, ()))
    new = NewCustomField(kind=kind, label=Words(en=en, sv=sv), choices=choices, **more)
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return str(define_field(uow, new).id)


def define_all(world: World, **more: Any) -> None:
    for kind, en, sv in DEFINED:
        define(world, kind, en, sv, **more)


def give(world: World, owner: Owner, values: dict[str, Any]) -> None:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        change_values(uow, owner.customer_id, FieldValuesChange(values=values, seen=None))


def stored(world: World) -> dict[str, Any]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return uow.session.scalars(select(Customer)).one().custom


def definitions(world: World) -> list[CustomField]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(CustomField).order_by(CustomField.position)))


def path_of(owner: Owner, rest: str = "/fields") -> str:
    return f"/customers/{owner.customer_id}{rest}"


def see(world: World, browser: Browser, path: str) -> Answer:
    return browser.get(world.url("admin", path))


def save(world: World, browser: Browser, owner: Owner, shown: Answer | None = None, **typed: Any) -> Answer:
    """Send the form of the values: ``save(..., nickname="Sessan")``."""
    form = (shown or see(world, browser, path_of(owner))).form("")
    sent = {name: form[name] for name in ("csrf_token", "version")}
    return browser.post(
        world.url("admin", path_of(owner)), sent | {f"value-{key}": value for key, value in typed.items()}
    )


@pytest.mark.parametrize(
    ("language", "number", "texts"),
    [
        ("en", "1238.5", ("1,238.5", "May 31, 1990", ">No<", "Large", "Bread")),
        ("sv", "1\u00a0238,5", ("1\u00a0238,5", "31 maj 1990", ">Nej<", "Large", "Bread")),
    ],
)
def test_each_kind_is_filled_in_and_shown_in_the_readers_language(
    *, world: World, browser: Browser, owner: Owner, language: str, number: str, texts: tuple[str, ...]
):
    define_all(world)
    browser.language = language

    typed = VALUES | {"shoe_size": number, "member": "false", "interests": "bread"}
    answer = browser.follow(save(world, browser, owner, **typed))
    box = answer.text.partition('id="panel-custom-fields"')[2].partition("</section>")[0]

    assert stored(world) == VALUES | {"interests": ["bread"]}
    for words in (*texts, "Sessan", 'href="https://asa.example/"'):
        assert words in box
    assert ("Skostorlek" in box) is (language == "sv")


def test_the_form_holds_the_values_there_are(world: World, browser: Browser, owner: Owner):
    define_all(world)
    give(world, owner, VALUES)

    text = see(world, browser, path_of(owner)).text

    for words in ('value="Sessan"', 'value="1238.5"', 'type="date" value="1990-05-31"',
                  'value="false" selected', 'value="large" selected', 'value="bread" checked',
                  'value="tea" checked'):  # fmt: skip
        assert words in text


def test_what_is_wrong_is_said_beside_its_field_with_all_that_was_typed(
    world: World, browser: Browser, owner: Owner
):
    define_all(world, is_required=True)

    answer = save(
        world, browser, owner, nickname=" ", shoe_size="1,5", birthday="31/5", web_page="javascript:alert(1)",
        size="large", member="true", interests="tea",
    )  # fmt: skip
    said = dict(re.findall(r'<p class="field-error" id="value-(\w+)-error">(.*?)</p>', answer.text))

    assert answer.status == 422
    assert said == {
        "nickname": "This is required.",
        "shoe_size": "Write a number, like 1234.5.",
        "birthday": "Write a day that exists as year-month-day, like 2026-05-31.",
        "web_page": "Write a web address that begins with https:// or http://.",
    }
    for words in ('value="1,5"', 'value="31/5"', 'value="javascript:alert(1)"', 'value="large" selected',
                  'value="tea" checked'):  # fmt: skip
        assert words in answer.text
    assert stored(world) == {}


def test_who_saves_second_sees_what_the_other_saved_and_overwrites_it_only_when_meant(
    world: World, browser: Browser, owner: Owner
):
    define(world, "text", "Nickname")
    mine = see(world, browser, path_of(owner))
    save(world, browser, owner, nickname="Deras")

    refused = save(world, browser, owner, mine, nickname="Mitt")

    assert refused.status == 409
    assert "Saved by somebody else: <bdi>Deras</bdi>" in refused.text
    assert refused.form("")["value-nickname"] == "Mitt"
    assert stored(world) == {"nickname": "Deras"}
    assert save(world, browser, owner, refused, nickname="Mitt").status == 303
    assert stored(world) == {"nickname": "Mitt"}


def test_who_may_only_look_sees_values_without_a_form_and_is_refused(
    world: World, browser: Browser, owner: Owner
):
    define(world, "text", "Nickname")
    give(world, owner, {"nickname": "Sessan"})
    world.admin("fia@demo.example", role="finance")
    finance = world.signed_in("fia@demo.example")
    shown = see(world, finance, path_of(owner, ""))
    token = {"csrf_token": shown.form("/sign-out")["csrf_token"], "version": "2", "value-nickname": "Nej"}

    answer = finance.post(world.url("admin", path_of(owner)), token)

    assert "Sessan" in shown.text
    assert f'href="{path_of(owner)}"' not in shown.text
    assert (see(world, finance, path_of(owner)).status, answer.status) == (403, 403)
    assert stored(world) == {"nickname": "Sessan"}


@pytest.mark.parametrize("layout", ["cards", "table"])
def test_lists_show_the_fields_that_are_for_them(world: World, browser: Browser, owner: Owner, layout: str):
    define(world, "text", "Nickname", is_listed=True)
    define(world, "number", "Shoe size")
    give(world, owner, {"nickname": "Sessan <3", "shoe_size": 38})
    form = see(world, browser, "/customers").form("/customers/layout")
    browser.post(world.url("admin", "/customers/layout"), form | {"layout": layout})

    before = see(world, browser, "/customers").text
    give(world, owner, {"nickname": "Kung"})
    after = see(world, browser, "/customers").text

    assert "Nickname" in before
    assert "Sessan &lt;3" in before
    assert "Shoe size" not in before
    assert "Kung" in after
    assert "Sessan" not in after


def test_a_searchable_value_is_found_from_the_list(world: World, browser: Browser, owner: Owner):
    define(world, "text", "Nickname", is_searchable=True)
    registered(world, "bo@example.com", "Bo", "Ek")
    give(world, owner, {"nickname": "Sessan"})

    shown = see(world, browser, "/customers?q=sess").text

    assert "Åsa Lind" in shown
    assert "Bo Ek" not in shown


def test_a_change_stands_among_the_events_by_key(world: World, browser: Browser, owner: Owner):
    define(world, "text", "Nickname")
    save(world, browser, owner, nickname="Sessan")
    settle(world)

    events = see(world, browser, path_of(owner, "/panels/events")).text

    assert "Changed: nickname" in events
    assert "Sessan" not in events


def new_field(world: World, browser: Browser, kind: str, **typed: Any) -> Answer:
    form = see(world, browser, f"{SETTINGS}/new?kind={kind}").form(f"{SETTINGS}/new")
    hidden = {name: form[name] for name in ("csrf_token", "kind", "is_active")}
    return browser.post(world.url("admin", f"{SETTINGS}/new"), hidden | typed)


def test_a_field_is_added_and_listed(world: World, browser: Browser):
    answer = browser.follow(
        new_field(world, browser, "text", label_en="Nickname", label_sv="Smeknamn", is_listed="true")
    )
    (made,) = definitions(world)

    assert "The field is added." in answer.text
    assert "<bdi>Nickname</bdi>" in answer.text
    assert (made.key, made.kind, made.label) == ("nickname", "text", {"en": "Nickname", "sv": "Smeknamn"})
    assert (made.is_listed, made.is_required, made.is_active) == (True, False, True)


def test_choices_are_given_in_rows_and_more_rows_are_had(world: World, browser: Browser):
    page = see(world, browser, f"{SETTINGS}/new?kind=choice")
    typed = {"label_en": "Size", "choice_key": "", "choice_en": "Small", "choice_sv": "Liten"}
    more = new_field(world, browser, "choice", **typed, more="true")

    saved = new_field(world, browser, "choice", **typed)

    assert page.text.count('name="choice_key"') == 3
    assert more.text.count('name="choice_key"') == 9
    assert 'value="Liten"' in more.text
    assert saved.status == 303
    assert definitions(world)[0].choices == [{"key": "small", "label": {"en": "Small", "sv": "Liten"}}]


@pytest.mark.parametrize(
    ("kind", "typed", "field", "sentence"),
    [
        ("text", {"label_en": " ", "key": "kept"}, "label", "A field needs a label in one of the languages."),
        ("text", {"label_en": "Kept", "key": "No Key"}, "key", "A key begins with a letter"),
        ("choice", {"label_en": "Kept"}, "choices", "Give at least one choice."),
    ],
)
def test_a_definition_that_cannot_be_is_refused_beside_its_field(
    *, world: World, browser: Browser, kind: str, typed: dict[str, str], field: str, sentence: str
):
    answer = new_field(world, browser, kind, **typed)

    assert answer.status == 422
    assert f'id="{field}-error">{sentence}' in answer.text
    assert f'value="{typed["key"] if "key" in typed else typed["label_en"]}"' in answer.text
    assert definitions(world) == []


def edit(world: World, browser: Browser, field_id: str, shown: Answer | None = None, **typed: Any) -> Answer:
    path = f"{SETTINGS}/{field_id}"
    form = (shown or see(world, browser, path)).form(path)
    hidden = {name: form[name] for name in ("csrf_token", "version")}
    return browser.post(
        world.url("admin", path), hidden | {"label_en": "Nickname", "is_active": "true"} | typed
    )


def test_a_field_is_retired_and_its_values_are_hidden_and_kept(world: World, browser: Browser, owner: Owner):
    field_id = define(world, "text", "Nickname", is_listed=True)
    give(world, owner, {"nickname": "Sessan"})
    path = f"{SETTINGS}/{field_id}"
    form = see(world, browser, path).form(path)

    sent = {name: form[name] for name in ("csrf_token", "version", "label_en")}
    answer = browser.follow(browser.post(world.url("admin", path), sent))

    assert "Retired" in answer.text
    assert "Sessan" not in see(world, browser, path_of(owner, "")).text
    assert "Sessan" not in see(world, browser, "/customers").text
    assert stored(world) == {"nickname": "Sessan"}


def test_a_choice_in_use_is_not_taken_away(world: World, browser: Browser, owner: Owner):
    field_id = define(world, "choice", "Size")
    give(world, owner, {"size": "large"})

    answer = edit(world, browser, field_id, choice_key="small", choice_en="Small", choice_sv="")

    assert answer.status == 422
    assert "Customers who have “Large”: 1. Give them another value first." in answer.text
    assert len(definitions(world)[0].choices) == 2


def test_who_saves_a_definition_second_sees_what_the_other_saved(world: World, browser: Browser):
    field_id = define(world, "text", "Nickname")
    mine = see(world, browser, f"{SETTINGS}/{field_id}")
    edit(world, browser, field_id, label_en="Theirs", is_required="true")

    refused = edit(world, browser, field_id, mine, label_en="Mine")

    assert refused.status == 409
    assert 'id="label-meanwhile">Saved by somebody else: <bdi>Theirs</bdi>' in refused.text
    assert 'id="is_required-meanwhile">Saved by somebody else: <bdi>Yes</bdi>' in refused.text
    assert 'value="Mine"' in refused.text
    assert definitions(world)[0].label["en"] == "Theirs"
    assert edit(world, browser, field_id, refused, label_en="Mine").status == 303


def test_fields_are_moved_up_and_down(world: World, browser: Browser):
    ids = [define(world, "text", label) for label in ("One", "Two", "Three")]
    form = see(world, browser, SETTINGS).form(f"{SETTINGS}/order")

    for move in (f"{ids[2]}:up", f"{ids[0]}:down", f"{ids[0]}:down", f"{ids[0]}:down"):
        assert browser.post(world.url("admin", f"{SETTINGS}/order"), form | {"move": move}).status == 303

    assert [one.key for one in definitions(world)] == ["three", "two", "one"]
    assert browser.post(world.url("admin", f"{SETTINGS}/order"), form | {"move": "x:up"}).status == 400


def test_a_field_is_deleted_once_its_key_is_typed(world: World, browser: Browser, owner: Owner):
    field_id = define(world, "text", "Nickname")
    give(world, owner, {"nickname": "Sessan"})
    path = f"{SETTINGS}/{field_id}/delete"
    page = see(world, browser, path)

    refused = browser.post(world.url("admin", path), page.form(path) | {"key": "nick"})
    kept = definitions(world)
    answer = browser.follow(browser.post(world.url("admin", path), page.form(path) | {"key": "nickname"}))

    assert "Customers who have a value: 1." in page.text
    assert refused.status == 422
    assert 'id="key-error">Type the key exactly as it stands above.' in refused.text
    assert 'value="nick"' in refused.text
    assert len(kept) == 1
    assert "The field is deleted." in answer.text
    assert "Sessan" not in see(world, browser, path_of(owner, "")).text


@pytest.mark.parametrize("rest", ["", "/new?kind=text", "/{id}", "/{id}/delete"])
def test_only_who_decides_for_the_network_opens_and_sends_the_forms(
    world: World, browser: Browser, rest: str
):
    path = SETTINGS + rest.format(id=define(world, "text", "Nickname"))
    world.admin("adam@demo.example", role="administrator")
    adam = world.signed_in("adam@demo.example")
    token = {"csrf_token": see(world, adam, "/customers").form("/sign-out")["csrf_token"]}
    target = path.partition("?")[0] if rest else f"{SETTINGS}/order"

    refused = adam.post(
        world.url("admin", target), token | {"label_en": "Mine", "version": "1", "key": "nickname"}
    )
    foreign = browser.post(world.url("admin", target), token | {"label_en": "Mine", "version": "1"})
    bare = browser.post(world.url("admin", target), {"label_en": "Mine", "version": "1", "key": "nickname"})

    assert see(world, browser, path).status == 200
    assert (see(world, adam, path).status, refused.status) == (403, 403)
    assert (foreign.status, bare.status) == (400, 400)
    assert [one.label["en"] for one in definitions(world)] == ["Nickname"]


def test_an_export_offers_the_fields_and_writes_them(world: World, browser: Browser, owner: Owner):
    define(world, "choice", "Size", "Storlek")
    give(world, owner, {"size": "large"})
    page = see(world, browser, "/customers/export")
    token = page.form("/customers/export")["csrf_token"]

    form = {"csrf_token": token, "which": "all", "tab": "all", "q": "", "delimiter": "comma"}
    form |= {"order": "field:size", "column": "field:size", "do": "download"}
    file = browser.post(world.url("admin", "/customers/export"), form)

    assert 'value="field:size"' in page.text
    assert file.text.lstrip("\ufeff") == "field:size\r\nlarge\r\n"


def test_a_program_defines_fills_in_and_reads(world: World, owner: Owner):
    scopes = ("customers.view", "customers.edit", "network.settings")
    key = {"Authorization": f"Bearer {world.api_key(*scopes)}"}
    program, url = world.browser(), world.url("admin", "/api/v1/custom-fields")
    values = world.url("admin", f"/api/v1/customers/{owner.customer_id}/fields")

    made = json.loads(
        program.send_json("POST", url, {"kind": "number", "label": {"en": "Shoe size"}}, headers=key).text
    )
    unconditional = program.send_json("PATCH", values, {"values": {"shoe_size": 38.5}}, headers=key)
    tag = program.get(values.removesuffix("/fields"), headers=key).headers["ETag"]
    saved = program.send_json("PUT", values, {"values": {"shoe_size": 38.5}}, headers=key | {"If-Match": tag})
    late = program.send_json("PUT", values, {"values": {"shoe_size": 39}}, headers=key | {"If-Match": tag})
    wrong = program.send_json(
        "PATCH", values, {"values": {"shoe_size": "38,5"}}, headers=key | {"If-Match": "*"}
    )
    use = json.loads(program.get(f"{url}/{made['id']}/use", headers=key).text)
    gone = program.send_json("DELETE", f"{url}/{made['id']}", {}, headers=key)

    assert (unconditional.status, late.status, wrong.status, gone.status) == (428, 412, 422, 204)
    assert json.loads(saved.text)["custom"] == {"shoe_size": 38.5}
    assert saved.headers["ETag"] != tag
    assert [problem["field"] for problem in json.loads(wrong.text)["fields"]] == ["shoe_size"]
    assert use == {"customers": 1, "choices": {}}
    assert json.loads(program.get(url, headers=key).text) == {"items": []}


def test_a_key_without_the_scope_defines_and_fills_in_nothing(world: World, owner: Owner):
    key = {"Authorization": f"Bearer {world.api_key('customers.view')}", "If-Match": "*"}
    program = world.browser()

    fields = world.url("admin", "/api/v1/custom-fields")
    values = world.url("admin", f"/api/v1/customers/{owner.customer_id}/fields")
    new = {"kind": "text", "label": {"en": "x"}}

    answers = [
        program.send_json("POST", fields, new, headers=key),
        program.send_json("PUT", values, {"values": {}}, headers=key),
    ]

    assert [answer.status for answer in answers] == [403, 403]


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_number_in_a_form_is_read_as_it_is_written(language: str):
    locale = Locale(language)

    @given(st.integers(-(10**15) + 1, 10**15 - 1) | st.decimals(-(10**9) + 1, 10**9 - 1, places=6).map(float))
    def holds(number: float) -> None:
        assert float(read_number(typed_number(number, locale), locale)) == number

    @given(st.text(max_size=30))
    def whatever_is_typed_raises_nothing(text: str) -> None:
        read_number(text, locale)

    holds()
    whatever_is_typed_raises_nothing()


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("sv", "1 234,5", "1234.5"), ("sv", "−3", "-3"), ("sv", "1234.5", "1234.5"), ("sv", "en", "en"),
        ("en", "1,234.5", "1234.5"), ("en", "1,5", "1,5"), ("en", "  ", ""), ("en", "1e99999", "1e99999"),
    ],
)  # fmt: skip
def test_a_number_is_typed_in_the_readers_way(language: str, typed: str, read: str):
    assert read_number(typed, Locale(language)) == read


def test_the_place_in_the_list_comes_along_to_the_form_and_back(world: World, browser: Browser, owner: Owner):
    define(world, "text", "Nickname")
    page = see(world, browser, path_of(owner, "?place=tab%3Dvip"))
    path = path_of(owner) + "?place=tab%3Dvip"
    form = see(world, browser, path).form("")

    answer = browser.post(world.url("admin", path), form | {"value-nickname": "Sessan"})

    assert f'href="{path}"' in page.text
    assert answer.location == world.url("admin", path_of(owner, "?place=tab%3Dvip#panel-custom-fields"))
