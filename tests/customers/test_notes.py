"""Notes: who may write and change which, and that no record's notes are ever another's."""

from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.notes import LONGEST_NOTE
from kernel.database import Database, owner_url
from kernel.ids import new_id
from kernel.log import EventRow
from services.customers.models import AuditLine, Customer, Note
from services.customers.profiles import notes
from tests.calling import Call
from tests.customers.conftest import Register, make_admin, signed_in


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    """Somebody who may change anybody's notes."""
    return signed_in(make_admin(database, owner, "administrator", "Ada"))


@pytest.fixture
def support(database: Database, owner: Identity) -> Identity:
    """Somebody who may change his own."""
    return signed_in(make_admin(database, owner, "support", "Sam"))


@pytest.fixture
def customer(register: Register) -> Customer:
    return register("Åsa", "Berg")


def write(call: Call, who: Identity, customer: Customer, words: str = "Ring före tio.") -> dict[str, object]:
    made: dict[str, object] = call(who, "POST", path_of(customer), json={"text": words}).json
    return made


def path_of(customer: Customer, note: dict[str, object] | None = None) -> str:
    return f"/v1/customers/{customer.id}/notes" + (f"/{note['id']}" if note else "")


def texts(call: Call, who: Identity, customer: Customer) -> list[str]:
    return [note["text"] for note in call(who, "GET", path_of(customer)).json["items"]]


def lines_about(database: Database, owner: Identity, customer: Customer) -> list[AuditLine]:
    with database.unit_of_work(owner) as uow:
        found = select(AuditLine).where(AuditLine.object_id == customer.id).order_by(AuditLine.at)
        return list(uow.session.scalars(found))


def test_notes_are_listed_newest_first_with_who_and_when(
    call: Call, admin: Identity, support: Identity, customer: Customer
) -> None:
    write(call, support, customer, "Först")
    write(call, admin, customer, "Sedan")

    shown = call(admin, "GET", path_of(customer)).json

    assert [(note["text"], note["author_name"], note["version"]) for note in shown["items"]] == [
        ("Sedan", "Ada", 1),
        ("Först", "Sam", 1),
    ]
    assert shown["after"] is None


def test_the_list_is_read_on_by_its_cursor(call: Call, admin: Identity, customer: Customer) -> None:
    for number in range(25):
        write(call, admin, customer, f"Anteckning {number}")

    first = call(admin, "GET", path_of(customer)).json
    second = call(admin, "GET", f"{path_of(customer)}?after={first['after']}").json
    page = call(admin, "GET", f"/v1/customers/{customer.id}").json["notes"]
    third = call(admin, "GET", f"{path_of(customer)}?after={page['after']}").json

    read = [note["text"] for note in first["items"] + second["items"]]
    assert read == [f"Anteckning {number}" for number in reversed(range(25))]
    assert [note["text"] for note in page["items"] + third["items"]] == read
    assert second["after"] is None


@pytest.mark.parametrize("words", ["", "  \r\n ", "x" * (LONGEST_NOTE + 1)])
def test_an_empty_or_too_long_note_is_refused_beside_its_field_and_not_kept(
    call: Call, admin: Identity, customer: Customer, words: str
) -> None:
    answer = call(admin, "POST", path_of(customer), json={"text": words})

    assert (answer.status_code, answer.json["code"]) == (422, "NoteNotValid")
    assert [field["field"] for field in answer.json["fields"]] == ["text"]
    assert texts(call, admin, customer) == []


def test_the_longest_note_is_kept_with_its_line_breaks(
    call: Call, admin: Identity, customer: Customer
) -> None:
    words = "å" * (LONGEST_NOTE - 2) + "\r\nb"

    write(call, admin, customer, words)

    assert texts(call, admin, customer) == [words.replace("\r\n", "\n")]


def test_own_notes_are_changed_and_deleted(call: Call, support: Identity, customer: Customer) -> None:
    made = write(call, support, customer)

    edited = call(support, "PUT", path_of(customer, made), json={"text": "Efter tio.", "version": 1})
    deleted = call(support, "DELETE", path_of(customer, made))

    assert (edited.json["text"], edited.json["version"], edited.json["author_name"]) == (
        "Efter tio.",
        2,
        "Sam",
    )
    assert (deleted.status_code, texts(call, support, customer)) == (204, [])


def test_others_notes_take_the_stronger_permission(
    call: Call, admin: Identity, support: Identity, customer: Customer
) -> None:
    made = write(call, admin, customer, "Adas egen")

    refused = [
        call(support, "PUT", path_of(customer, made), json={"text": "Sams", "version": 1}),
        call(support, "DELETE", path_of(customer, made)),
        call(support, "DELETE", path_of(customer)),
    ]

    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert texts(call, admin, customer) == ["Adas egen"]
    theirs = write(call, support, customer, "Sams egen")
    assert call(admin, "DELETE", path_of(customer, theirs)).status_code == 204
    assert texts(call, admin, customer) == ["Adas egen"]


@pytest.mark.parametrize("role", ["finance", "auditor"])
def test_who_may_only_look_reads_and_writes_nothing(
    call: Call, database: Database, owner: Identity, admin: Identity, customer: Customer, *, role: str
) -> None:
    looking = signed_in(make_admin(database, owner, role))  # type: ignore[arg-type]
    made = write(call, admin, customer)

    answers = [
        call(looking, "POST", path_of(customer), json={"text": "Nej"}),
        call(looking, "PUT", path_of(customer, made), json={"text": "Nej", "version": 1}),
        call(looking, "DELETE", path_of(customer, made)),
        call(looking, "DELETE", path_of(customer)),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert texts(call, looking, customer) == ["Ring före tio."]


def test_who_saves_second_is_refused_and_overwrites_nothing(
    call: Call, admin: Identity, customer: Customer
) -> None:
    made = write(call, admin, customer)
    call(admin, "PUT", path_of(customer, made), json={"text": "Först sparad", "version": 1})

    second = call(admin, "PUT", path_of(customer, made), json={"text": "Sist sparad", "version": 1})

    assert (second.status_code, second.json["code"]) == (409, "NoteChangedMeanwhile")
    assert texts(call, admin, customer) == ["Först sparad"]


def test_deleting_all_notes_of_one_customer_leaves_everybody_elses(
    call: Call, admin: Identity, customer: Customer, register: Register
) -> None:
    other = register("Bo", "Ek")
    for words in ("ett", "två"):
        write(call, admin, customer, words)
        write(call, admin, other, words)

    deleted = call(admin, "DELETE", path_of(customer))
    again = call(admin, "DELETE", path_of(customer))

    assert (deleted.json, again.json) == ({"deleted": 2}, {"deleted": 0})
    assert texts(call, admin, customer) == []
    assert texts(call, admin, other) == ["två", "ett"]


def test_a_note_is_reached_through_its_own_customer_only(
    call: Call, admin: Identity, customer: Customer, register: Register
) -> None:
    other = register("Bo", "Ek")
    made = write(call, admin, customer)
    absent = {"id": new_id()}

    for method, body in (("GET", None), ("PUT", {"text": "x", "version": 1}), ("DELETE", None)):
        wrong = call(admin, method, path_of(other, made), json=body)
        missing = call(admin, method, path_of(other, absent), json=body)
        assert wrong.status_code == missing.status_code == 404
        assert wrong.json | {"request_id": ""} == missing.json | {"request_id": ""}

    assert texts(call, admin, customer) == ["Ring före tio."]


def test_another_networks_notes_are_absent_and_stay(
    call: Call, database: Database, admin: Identity, customer: Customer
) -> None:
    made = write(call, admin, customer)
    there = Identity.command(new_id())
    stranger = signed_in(make_admin(database, there))

    answers = [
        call(stranger, "GET", path_of(customer)),
        call(stranger, "POST", path_of(customer), json={"text": "x"}),
        call(stranger, "PUT", path_of(customer, made), json={"text": "x", "version": 1}),
        call(stranger, "DELETE", path_of(customer, made)),
        call(stranger, "DELETE", path_of(customer)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert texts(call, admin, customer) == ["Ring före tio."]


def test_no_note_can_hang_on_a_customer_of_another_network(settings: Settings, customer: Customer) -> None:
    """The superuser is above row-level security, so only the composite key is left."""
    insert = text(
        "INSERT INTO customer_notes (id, network_id, customer_id, author, text, created_at, modified_at,"
        " version) VALUES (:id, :network, :customer, 'command', 'x', now(), now(), 1)"
    )
    engine = create_engine(owner_url(settings, "customers"), poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(IntegrityError, match="fk_customer_notes"):
        connection.execute(insert, {"id": new_id(), "network": new_id(), "customer": customer.id})


def test_a_customer_who_goes_takes_his_notes_and_no_others(
    database: Database, owner: Identity, settings: Settings, register: Register
) -> None:
    going, staying = register("Åsa"), register("Bo")
    with database.unit_of_work(owner) as uow:
        for customer in (going, staying):
            notes.add_note(uow, customer.id, "Om honom")
    engine = create_engine(owner_url(settings, "customers"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM customers WHERE id = :id"), {"id": going.id})

    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Note.customer_id)).all() == [staying.id]


def test_each_change_is_audited_with_what_was_there(
    call: Call, database: Database, owner: Identity, admin: Identity, customer: Customer
) -> None:
    made = write(call, admin, customer, "ett")
    call(admin, "PUT", path_of(customer, made), json={"text": "två", "version": 1})
    call(admin, "PUT", path_of(customer, made), json={"text": "två", "version": 2})
    call(admin, "DELETE", path_of(customer, made))
    other = write(call, admin, customer, "tre")
    call(admin, "DELETE", path_of(customer))

    lines = lines_about(database, owner, customer)

    assert [(line.action, line.before, line.after) for line in lines] == [
        ("note added", {}, {"text": "ett"}),
        ("note edited", {"text": "ett"}, {"text": "två"}),
        ("note deleted", {"text": "två"}, {}),
        ("note added", {}, {"text": "tre"}),
        ("notes deleted", {"notes": [{"id": other["id"], "text": "tre"}]}, {}),
    ]
    assert {line.actor for line in lines} == {admin.actor}


def test_events_tell_that_a_note_was_changed_and_never_what_it_says(
    call: Call, database: Database, owner: Identity, admin: Identity, customer: Customer
) -> None:
    made = write(call, admin, customer, "hemligt")
    call(admin, "PUT", path_of(customer, made), json={"text": "ännu hemligare", "version": 1})
    call(admin, "DELETE", path_of(customer, made))
    write(call, admin, customer, "hemligt")
    call(admin, "DELETE", path_of(customer))

    with database.unit_of_work(owner) as uow:
        told = select(EventRow).where(EventRow.type == "customer.note_changed").order_by(EventRow.position)
        events = uow.session.scalars(told).all()

    assert [row.payload["how"] for row in events] == ["added", "edited", "deleted", "added", "all_deleted"]
    assert not any("hemlig" in str(row.payload) for row in events)


def test_a_program_owns_what_its_key_wrote(database: Database, owner: Identity, customer: Customer) -> None:
    key = Identity(
        owner.network_id, f"api-key:{UUID(int=7)}", frozenset({"customers.edit"}), key_id=UUID(int=7)
    )
    other = Identity(
        owner.network_id, f"api-key:{UUID(int=8)}", frozenset({"customers.edit"}), key_id=UUID(int=8)
    )
    with database.unit_of_work(key) as uow:
        made = notes.add_note(uow, customer.id, "Från kassan")

    with database.unit_of_work(other) as uow, pytest.raises(notes.NoteOfSomebodyElse):
        notes.delete_note(uow, customer.id, made.id)
    with database.unit_of_work(key) as uow:
        notes.delete_note(uow, customer.id, made.id)
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Note)).all() == []
