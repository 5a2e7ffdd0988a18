"""Custom fields over HTTP: definitions, values, who is found by them, and what a change leaves readable."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.custom_fields import MOST_FIELDS
from kernel.contracts.profiles import ProfileChange
from kernel.database import Database
from kernel.ids import new_id
from kernel.log import EventRow
from kernel.work import due, perform
from services.customers.custom_fields import of_customers as use_cases
from services.customers.custom_fields import upkeep
from services.customers.custom_fields.values import text_of
from services.customers.models import AuditLine, Customer, FieldUpkeep
from services.customers.profiles import editing as profiles
from tests.calling import Call, statements
from tests.customers.conftest import Listing, Register, make_admin, signed_in
from worker.performers.field_upkeep import field_upkeep

Json = dict[str, Any]
Define = Callable[..., Json]

KINDS: list[Json] = [
    {"kind": "text", "label": {"en": "Nickname", "sv": "Smeknamn"}},
    {"kind": "number", "label": {"en": "Shoe size", "sv": "Skostorlek"}},
    {"kind": "date", "label": {"en": "Birthday"}},
    {"kind": "yes_no", "label": {"sv": "Medlem"}},
    {
        "kind": "choice", "label": {"en": "Size"},
        "choices": [{"label": {"en": "Small", "sv": "Liten"}}, {"label": {"en": "Large", "sv": "Stor"}}],
    },
    {
        "kind": "choices", "label": {"en": "Interests"},
        "choices": [{"label": {"en": "Bread"}}, {"label": {"en": "Tea & coffee"}}],
    },
    {"kind": "url", "label": {"en": "Web page"}},
]  # fmt: skip
VALUES: Json = {
    "nickname": "Sessan", "shoe_size": 38.5, "birthday": "1990-05-31", "medlem": False,
    "size": "large", "interests": ["bread", "tea_coffee"], "web_page": "https://asa.example/",
}  # fmt: skip


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner, "owner", "Ada"))


@pytest.fixture
def support(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner, "support", "Sam"))


@pytest.fixture
def define(call: Call, admin: Identity) -> Define:
    """Define a field: ``define("text", "Nickname", is_required=True)``."""

    def make(kind: str, label: str, **more: object) -> Json:
        answer = call(admin, "POST", "/v1/custom-fields", json={"kind": kind, "label": {"en": label}} | more)
        assert answer.status_code == 201, answer.json
        made: Json = answer.json
        return made

    return make


@pytest.fixture
def customer(register: Register) -> Customer:
    return register("Åsa", "Berg")


def change(call: Call, who: Identity, customer: Customer, values: Json, **more: object) -> Any:
    body = {"seen": None, "values": values} | more
    return call(who, "PATCH", f"/v1/customers/{customer.id}/fields", json=body)


def custom(call: Call, who: Identity, customer: Customer) -> Json:
    found: Json = call(who, "GET", f"/v1/customers/{customer.id}").json["custom"]
    return found


def edit_of(made: Json, **changes: object) -> Json:
    kept = {name: value for name, value in made.items() if name not in {"id", "version", "key", "kind"}}
    return {"field": kept | changes, "version": made["version"]}


def work_off(database: Database, owner: Identity) -> int:
    """Let the worker do what is due in this network; return how much that was."""
    with database.unit_of_work(owner) as uow:
        mine = set(uow.session.scalars(select(FieldUpkeep.id)))
    return sum(
        perform(field_upkeep, database, row_id) for row_id in due(field_upkeep, database) if row_id in mine
    )


def lines_about(database: Database, owner: Identity, object_id: object) -> list[AuditLine]:
    with database.unit_of_work(owner) as uow:
        found = select(AuditLine).where(AuditLine.object_id == object_id).order_by(AuditLine.at)
        return list(uow.session.scalars(found))


@pytest.fixture
def defined(call: Call, admin: Identity) -> list[Json]:
    return [call(admin, "POST", "/v1/custom-fields", json=kind).json for kind in KINDS]


def test_a_field_of_every_kind_is_defined_with_a_key_from_its_label(
    call: Call, admin: Identity, defined: list[Json]
) -> None:
    listed = call(admin, "GET", "/v1/custom-fields").json["items"]

    assert listed == defined
    assert [field["key"] for field in listed] == list(VALUES)
    assert [choice["key"] for choice in listed[5]["choices"]] == ["bread", "tea_coffee"]
    assert {field["version"] for field in listed} == {1}


def test_a_value_of_every_kind_is_kept_and_told(
    call: Call, support: Identity, defined: list[Json], customer: Customer
) -> None:
    answer = change(call, support, customer, VALUES)

    assert answer.json["custom"] == custom(call, support, customer) == VALUES
    assert answer.json["version"] == 2
    assert [field["key"] for field in answer.json["custom_fields"]] == list(VALUES)


def test_every_wrong_value_is_said_by_its_key_and_nothing_is_kept(
    call: Call, support: Identity, defined: list[Json], customer: Customer
) -> None:
    wrong = {
        "nickname": "a\nb", "shoe_size": "38,5", "birthday": "31/5", "medlem": "maybe", "size": "huge",
        "interests": ["bread", "beer"], "web_page": "javascript:alert(1)", "secret": 1,
    }  # fmt: skip

    answer = change(call, support, customer, wrong | {"shoe_size": "38,5"})

    assert (answer.status_code, answer.json["code"]) == (422, "FieldsNotValid")
    assert {field["field"] for field in answer.json["fields"]} == set(wrong)
    assert all(field["message"].endswith(".") for field in answer.json["fields"])
    assert custom(call, support, customer) == {}


def test_what_is_not_named_stays_with_patch_and_goes_with_put(
    call: Call, support: Identity, defined: list[Json], customer: Customer
) -> None:
    change(call, support, customer, VALUES)

    patched = change(call, support, customer, {"nickname": None, "shoe_size": "40"}).json["custom"]
    put = call(
        support, "PUT", f"/v1/customers/{customer.id}/fields", json={"seen": [3], "values": {"medlem": True}}
    ).json["custom"]

    assert patched == {key: value for key, value in VALUES.items() if key != "nickname"} | {"shoe_size": 40}
    assert put == {"medlem": True}


def test_a_required_value_must_be_there_after_every_save(
    call: Call, support: Identity, define: Define, customer: Customer
) -> None:
    define("text", "Nickname", is_required=True)
    define("number", "Shoe size")

    without = change(call, support, customer, {"shoe_size": 40})
    given = change(call, support, customer, {"shoe_size": 40, "nickname": "Sessan"})
    taken = change(call, support, customer, {"nickname": "  "})

    assert [(f["field"], f["message"]) for f in without.json["fields"]] == [("nickname", "This is required.")]
    assert (without.status_code, given.status_code, taken.status_code) == (422, 200, 422)
    assert custom(call, support, customer) == {"nickname": "Sessan", "shoe_size": 40}


def test_who_has_not_seen_the_present_version_overwrites_nothing(
    call: Call, support: Identity, define: Define, customer: Customer
) -> None:
    define("text", "Nickname")
    change(call, support, customer, {"nickname": "Först"}, seen=[1])

    second = change(call, support, customer, {"nickname": "Sist"}, seen=[1])

    assert (second.status_code, second.json["code"]) == (409, "ChangedMeanwhile")
    assert custom(call, support, customer) == {"nickname": "Först"}


def test_a_save_that_changes_nothing_leaves_no_trace(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    support: Identity,
    define: Define,
    customer: Customer,
) -> None:
    define("number", "Shoe size")
    change(call, support, customer, {"shoe_size": 40})

    again = change(call, support, customer, {"shoe_size": "40.0"})

    assert again.json["version"] == 2
    assert len(lines_about(database, owner, customer.id)) == 1


def test_a_change_of_values_is_audited_and_told_by_keys_alone(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    support: Identity,
    define: Define,
    customer: Customer,
) -> None:
    define("text", "Nickname")
    define("number", "Shoe size")
    change(call, support, customer, {"nickname": "Sessan", "shoe_size": 40})
    change(call, support, customer, {"nickname": None, "shoe_size": 40})

    with database.unit_of_work(owner) as uow:
        told = select(EventRow).where(EventRow.type == "customer.changed").order_by(EventRow.position)
        events = [row.payload for row in uow.session.scalars(told)]

    assert [(line.action, line.before, line.after) for line in lines_about(database, owner, customer.id)] == [
        (
            "custom fields changed",
            {"custom.nickname": None, "custom.shoe_size": None},
            {"custom.nickname": "Sessan", "custom.shoe_size": 40},
        ),
        ("custom fields changed", {"custom.nickname": "Sessan"}, {"custom.nickname": None}),
    ]
    assert [event["fields"] for event in events] == [
        ["custom.nickname", "custom.shoe_size"],
        ["custom.nickname"],
    ]
    assert "Sessan" not in str(events)


def test_searchable_values_are_found_and_others_are_not(
    call: Call, support: Identity, define: Define, customer: Customer, listing: Listing
) -> None:
    define("text", "Nickname", is_searchable=True)
    define("text", "Secret")
    define("choice", "Size", is_searchable=True, choices=[{"label": {"en": "Large", "sv": "Jättestor"}}])
    change(call, support, customer, {"nickname": "Sessan Söt", "secret": "dold", "size": "large"})

    words = ("sess", "sot asa", "dold", "jatte", "large")
    found = {q: len(listing(q=q).items) for q in words}

    assert found == {"sess": 1, "sot asa": 1, "dold": 0, "jatte": 1, "large": 1}
    change(call, support, customer, {"nickname": "Kung"})
    assert listing(q="sess").items == []
    assert [row.name for row in listing(q="kung").items] == ["Åsa Berg"]


def test_a_new_name_leaves_the_words_of_custom_fields(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    support: Identity,
    define: Define,
    customer: Customer,
    listing: Listing,
) -> None:
    define("text", "Nickname", is_searchable=True)
    change(call, support, customer, {"nickname": "Sessan"})

    with database.unit_of_work(owner) as uow:
        profiles.change_profile(uow, customer.id, ProfileChange(seen=None, changes={"first_name": "Eva"}))

    assert [row.name for row in listing(q="eva sessan").items] == ["Eva Berg"]


def test_lists_show_the_values_in_as_many_statements_as_before(
    service: Flask, call: Call, support: Identity, define: Define, customer: Customer
) -> None:
    define("text", "Nickname", is_listed=True)
    define("number", "Shoe size")
    change(call, support, customer, {"nickname": "Sessan", "shoe_size": 40})

    with statements(service.extensions["atoll"].database) as sent:
        answer = call(support, "GET", "/v1/customers").json

    assert len(sent) == 4
    assert [field["key"] for field in answer["fields"]] == ["nickname"]
    assert [row["custom"] for row in answer["items"]] == [{"nickname": "Sessan", "shoe_size": 40}]


def test_a_changed_definition_takes_effect_and_is_audited(
    call: Call, database: Database, owner: Identity, admin: Identity, define: Define
) -> None:
    made = define("text", "Nickname")

    changed = call(
        admin, "PUT", f"/v1/custom-fields/{made['id']}",
        json=edit_of(made, label={"en": "  Pet   name ", "sv": "Smeknamn"}, is_listed=True),
    )  # fmt: skip
    again = call(admin, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(changed.json))
    late = call(admin, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(made))

    assert changed.json["label"] == {"en": "Pet name", "sv": "Smeknamn"}
    assert (changed.json["key"], changed.json["kind"], changed.json["version"]) == ("nickname", "text", 2)
    assert (again.json["version"], late.status_code, late.json["code"]) == (2, 409, "FieldChangedMeanwhile")
    lines = lines_about(database, owner, made["id"])
    assert [line.action for line in lines] == ["custom field added", "custom field changed"]
    assert (lines[1].before["label"], lines[1].after["label"]["en"]) == (
        {"en": "Nickname", "sv": ""},
        "Pet name",
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"label": {"en": " "}}, "label"),
        ({"label": {"en": "x" * 101}}, "label"),
        ({"help": {"sv": "x" * 501}}, "help"),
        ({"key": "Shoe Size"}, "key"),
        ({"key": "2nd"}, "key"),
        ({"key": "x" * 41}, "key"),
        ({"key": "taken"}, "key"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choices", "choices": [{"label": {}}]}, "choices"),
        ({"kind": "choice", "choices": [{"key": "a", "label": {"en": "A"}}] * 2}, "choices"),
        ({"kind": "choice", "choices": [{"key": "a|b", "label": {"en": "A"}}]}, "choices"),
        ({"kind": "choice", "choices": [{"label": {"en": f"{n}"}} for n in range(101)]}, "choices"),
        ({"kind": "choice", "choices": [{"label": {"en": "x" * 101}}]}, "choices"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_is_refused_beside_its_field(
    call: Call, admin: Identity, define: Define, wrong: Json, field: str
) -> None:
    define("text", "Taken")

    answer = call(admin, "POST", "/v1/custom-fields", json={"kind": "text", "label": {"en": "Good"}} | wrong)

    assert (answer.status_code, answer.json["code"]) == (422, "DefinitionNotValid")
    assert [problem["field"] for problem in answer.json["fields"]] == [field]
    assert len(call(admin, "GET", "/v1/custom-fields").json["items"]) == 1


def test_a_label_with_nul_is_refused_and_nothing_is_defined(call: Call, admin: Identity) -> None:
    answer = call(admin, "POST", "/v1/custom-fields", json={"kind": "text", "label": {"en": "a\0b"}})

    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json["fields"]] == ["label"]
    assert call(admin, "GET", "/v1/custom-fields").json["items"] == []


def test_two_choices_with_one_label_get_keys_of_their_own(define: Define) -> None:
    made = define(
        "choice", "Size", choices=[{"label": {"en": "Å"}}, {"label": {"en": "A"}}, {"label": {"en": "!"}}]
    )

    assert [choice["key"] for choice in made["choices"]] == ["a", "a_2", "choice"]


def test_a_choice_that_somebody_made_is_not_taken_away(
    call: Call, admin: Identity, define: Define, register: Register
) -> None:
    for kind, value in (("choice", "large"), ("choices", ["small", "large"])):
        made = define(kind, kind, choices=[{"label": {"en": "Small"}}, {"label": {"en": "Large"}}])
        for name in ("Åsa", "Bo"):
            change(call, admin, register(name), {kind: value})

        refused = call(
            admin, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(made, choices=made["choices"][:1])
        )

        sentence = "Customers who have “Large”: 2. Give them another value first."
        assert [(p["field"], p["message"]) for p in refused.json["fields"]] == [("choices", sentence)]
        use = call(admin, "GET", f"/v1/custom-fields/{made['id']}/use").json
        assert (use["customers"], use["choices"]["large"]) == (2, 2)


def test_a_choice_that_nobody_made_is_taken_away_and_renamed_ones_keep_their_values(
    call: Call, admin: Identity, define: Define, customer: Customer
) -> None:
    made = define("choice", "Size", choices=[{"label": {"en": "Small"}}, {"label": {"en": "Large"}}])
    change(call, admin, customer, {"size": "large"})

    choices = [{"key": "large", "label": {"en": "Huge", "sv": "Enorm"}}]
    changed = call(admin, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(made, choices=choices))

    assert changed.json["choices"] == choices
    assert custom(call, admin, customer) == {"size": "large"}


def test_a_retired_field_is_hidden_and_its_values_come_back_with_it(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    admin: Identity,
    define: Define,
    customer: Customer,
    listing: Listing,
) -> None:
    made = define("text", "Nickname", is_searchable=True, is_required=True, is_listed=True)
    define("number", "Shoe size")
    change(call, admin, customer, {"nickname": "Sessan"})

    retired = call(admin, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(made, is_active=False)).json
    work_off(database, owner)
    saved = change(call, admin, customer, {"shoe_size": 40})
    refused = change(call, admin, customer, {"nickname": "Kung"})
    hidden = (custom(call, admin, customer), listing(q="sessan").items, listing().fields)
    call(admin, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(retired, is_active=True))
    work_off(database, owner)

    assert (saved.status_code, refused.status_code) == (200, 422)
    assert hidden == ({"shoe_size": 40}, [], [])
    assert custom(call, admin, customer) == {"nickname": "Sessan", "shoe_size": 40}
    assert [row.name for row in listing(q="sessan").items] == ["Åsa Berg"]


def test_a_field_that_becomes_searchable_finds_the_values_there_are(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    admin: Identity,
    define: Define,
    register: Register,
    listing: Listing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    made = define("text", "Nickname")
    for number in range(5):
        change(call, admin, register(f"Kund{number}"), {"nickname": "Sessan"})

    call(admin, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(made, is_searchable=True))
    before = len(listing(q="sessan").items)
    performed = work_off(database, owner)

    assert (before, performed, len(listing(q="sessan").items)) == (0, 1, 5)
    assert work_off(database, owner) == 0


def test_a_deleted_field_takes_its_values_along_and_others_stay(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    admin: Identity,
    define: Define,
    register: Register,
    listing: Listing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    made = define("text", "Nickname", is_searchable=True)
    define("number", "Shoe size")
    people = [register(f"Kund{number}") for number in range(3)]
    for one in people:
        change(call, admin, one, {"nickname": "Sessan", "shoe_size": 40})

    gone = call(admin, "DELETE", f"/v1/custom-fields/{made['id']}")
    early = call(admin, "POST", "/v1/custom-fields", json={"kind": "number", "label": {"en": "Nickname"}})
    hidden = custom(call, admin, people[0])
    work_off(database, owner)

    assert (gone.status_code, early.status_code, hidden) == (204, 422, {"shoe_size": 40})
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Customer.custom)).all() == [{"shoe_size": 40}] * 3
    assert listing(q="sessan").items == []
    assert define("number", "Nickname")["key"] == "nickname"
    assert lines_about(database, owner, made["id"])[-1].details == {"customers": 3}


def test_an_upkeep_that_was_broken_off_goes_on_where_it_was(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    admin: Identity,
    define: Define,
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    made = define("text", "Nickname")
    for number in range(5):
        change(call, admin, register(f"Kund{number}"), {"nickname": "Sessan"})
    call(admin, "DELETE", f"/v1/custom-fields/{made['id']}")
    with database.unit_of_work(owner) as uow:
        work = uow.session.scalars(select(FieldUpkeep)).one()
        assert upkeep.keep_up(uow, work)

    with database.unit_of_work(owner) as uow:
        left = sum("nickname" in one for one in uow.session.scalars(select(Customer.custom)))
    work_off(database, owner)

    assert left == 3
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Customer.custom)).all() == [{}] * 5
        assert uow.session.scalars(select(FieldUpkeep.state)).all() == ["done"]


def test_fields_stand_in_the_order_they_were_put_in(call: Call, admin: Identity, defined: list[Json]) -> None:
    ids = [field["id"] for field in reversed(defined)]

    moved = call(admin, "PUT", "/v1/custom-fields/order", json={"ids": ids})
    refused = [
        call(admin, "PUT", "/v1/custom-fields/order", json={"ids": wrong}).status_code
        for wrong in (ids[:-1], [*ids[:-1], ids[0]], [*ids, str(new_id())])
    ]

    assert (moved.status_code, refused) == (204, [409, 409, 409])
    assert [field["id"] for field in call(admin, "GET", "/v1/custom-fields").json["items"]] == ids


def test_a_network_has_at_most_fifty_fields(call: Call, admin: Identity, define: Define) -> None:
    for number in range(MOST_FIELDS):
        define("text", f"Field {number}")

    answer = call(admin, "POST", "/v1/custom-fields", json={"kind": "text", "label": {"en": "One more"}})

    assert (answer.status_code, answer.json["code"]) == (409, "TooManyFields")


def test_two_who_define_one_key_at_once_do_not_both(
    call: Call, service: Flask, admin: Identity, signer
) -> None:  # type: ignore[no-untyped-def]

    def define(_number: int) -> int:
        body = {"kind": "text", "label": {"en": "Nickname"}}
        status: int = call(admin, "POST", "/v1/custom-fields", json=body).status_code
        return status

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(define, range(4))) == [201, 422, 422, 422]


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("POST", "", {"kind": "text", "label": {"en": "Mine"}}),
        ("PUT", "/order", {"ids": []}),
        ("PUT", "/{id}", {"field": {"label": {"en": "Mine"}}, "version": 1}),
        ("DELETE", "/{id}", None),
        ("GET", "/{id}/use", None),
    ],
)
def test_only_who_decides_for_the_network_defines(
    call: Call,
    admin: Identity,
    support: Identity,
    define: Define,
    *,
    method: str,
    rest: str,
    body: Json | None,
) -> None:
    made = define("text", "Nickname")

    answer = call(support, method, "/v1/custom-fields" + rest.format(id=made["id"]), json=body)

    assert answer.status_code == 403
    assert call(admin, "GET", "/v1/custom-fields").json["items"] == [made]


def test_who_may_only_look_changes_no_values(
    call: Call, database: Database, owner: Identity, define: Define, customer: Customer
) -> None:
    define("text", "Nickname")
    finance = signed_in(make_admin(database, owner, "finance"))

    assert change(call, finance, customer, {"nickname": "Nej"}).status_code == 403
    assert custom(call, finance, customer) == {}


def test_another_networks_fields_and_values_are_absent(
    call: Call, database: Database, admin: Identity, define: Define, customer: Customer
) -> None:
    made = define("text", "Nickname")
    change(call, admin, customer, {"nickname": "Sessan"})
    stranger = signed_in(make_admin(database, Identity.command(new_id()), "owner"))

    answers = [
        call(stranger, "PUT", f"/v1/custom-fields/{made['id']}", json=edit_of(made)),
        call(stranger, "DELETE", f"/v1/custom-fields/{made['id']}"),
        call(stranger, "GET", f"/v1/custom-fields/{made['id']}/use"),
        change(call, stranger, customer, {"nickname": "Nej"}),
    ]
    absent = call(stranger, "DELETE", f"/v1/custom-fields/{new_id()}")

    assert [answer.status_code for answer in answers] == [404] * 4
    assert answers[1].json | {"request_id": ""} == absent.json | {"request_id": ""}
    assert call(stranger, "GET", "/v1/custom-fields").json == {"items": []}
    assert custom(call, admin, customer) == {"nickname": "Sessan"}


def test_a_value_that_no_definition_would_allow_any_more_is_still_told(
    *,
    call: Call,
    database: Database,
    owner: Identity,
    admin: Identity,
    define: Define,
    customer: Customer,
) -> None:
    define("choice", "Size", choices=[{"label": {"en": "Small"}}])
    define("number", "Shoe size", is_searchable=True)
    with database.unit_of_work(owner) as uow:
        uow.get(Customer, customer.id, lock=True).custom = {"size": "huge", "shoe_size": "forty"}

    answer = change(call, admin, customer, {})
    with database.unit_of_work(owner) as uow:
        fields = use_cases.active_fields(uow)

    assert answer.json["custom"] == {"size": "huge", "shoe_size": "forty"}
    assert [text_of(field, answer.json["custom"][field.key]) for field in fields] == ["huge", "forty"]


def test_nobody_is_found_by_yes(call: Call, admin: Identity, define: Define, customer: Customer) -> None:
    made = define("yes_no", "Member", is_searchable=True)
    change(call, admin, customer, {"member": True})

    assert made["is_searchable"] is False
    assert call(admin, "GET", "/v1/customers?q=yes").json["items"] == []
