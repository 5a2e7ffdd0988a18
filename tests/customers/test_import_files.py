"""Files that are brought in: in pieces, their columns chosen, checked, imported, and killed on the way."""

import csv
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from kernel import clock, work
from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.custom_fields import NewCustomField, Words
from kernel.contracts.imports import PIECE
from kernel.contracts.imports import Import as ImportContract
from kernel.database import Database
from kernel.errors import Invalid, TooLarge
from kernel.ids import new_id
from kernel.log import EventRow
from services.customers.accounts import admins
from services.customers.accounts.api_keys import create_api_key
from services.customers.custom_fields.definitions import define_field
from services.customers.imports import received, run, runs
from services.customers.imports.files import FileNotReadable
from services.customers.imports.guesses import guessed
from services.customers.imports.retention import drop_old_files
from services.customers.models import Account, ApiKey, AuditLine, Customer, ImportFile, ImportPiece
from services.customers.queries.imports import import_page
from tests.background import fork, wait_until
from tests.calling import Call
from tests.customers.conftest import Register, make_admin, signed_in
from worker.performers.imports import import_file as performer
from worker.retention import clear_out

DEMO = Path(__file__).parents[2] / "demo"


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner))


@pytest.fixture
def bring(database: Database, admin: Identity) -> Callable[..., UUID]:
    """Bring a file in: ``bring("email;name ...")``; returns its id."""

    def run(given: str | bytes, *, name: str = "customers.csv", size: int = PIECE) -> UUID:
        content = given if isinstance(given, bytes) else given.encode()
        with database.unit_of_work(admin) as uow:
            import_id = received.receive(uow, name).id
        with database.unit_of_work(admin) as uow:
            for place in range(0, len(content), size):
                received.take_piece(uow, import_id, place // size, content[place : place + size])
        with database.unit_of_work(admin) as uow:
            received.received(uow, import_id)
        return import_id

    return run


def look(database: Database, identity: Identity, import_id: UUID) -> ImportContract:
    with database.unit_of_work(identity) as uow:
        return import_page(uow, import_id)


def perform_all(database: Database, import_id: UUID) -> None:
    while work.perform(performer, database, import_id):
        pass


def start(database: Database, identity: Identity, import_id: UUID) -> None:
    with database.unit_of_work(identity) as uow:
        runs.start(uow, import_id)


def imported(database: Database, identity: Identity, import_id: UUID) -> ImportContract:
    start(database, identity, import_id)
    perform_all(database, import_id)
    return look(database, identity, import_id)


def counts(found: ImportContract) -> tuple[int, int, int, int]:
    return tuple(found.counts.model_dump().values())  # type: ignore[return-value]


def customers(database: Database, identity: Identity) -> int:
    with database.unit_of_work(identity) as uow:
        return uow.session.scalars(select(func.count()).select_from(Customer)).one()


def rejects(database: Database, identity: Identity, import_id: UUID) -> list[dict[str, str]]:
    units = partial(database.unit_of_work, identity)
    text = b"".join(runs.rejects_of(units, import_id)).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


@pytest.mark.parametrize("sample", ["ultimate-multisite", "adobe-commerce", "atoll"])
def test_a_known_file_is_checked_first_and_the_check_changes_nothing(bring, database, admin, sample):
    import_id = bring((DEMO / f"{sample}.csv").read_bytes(), size=1000)
    perform_all(database, import_id)

    checked = look(database, admin, import_id)

    assert (checked.phase, counts(checked)) == ("ready", (195, 0, 0, 5))
    assert customers(database, admin) == 0


@pytest.mark.parametrize("sample", ["ultimate-multisite", "adobe-commerce", "atoll"])
def test_what_was_foretold_happens_and_twice_doubles_nobody(bring, database, admin, sample):
    content = (DEMO / f"{sample}.csv").read_bytes()

    first = imported(database, admin, bring(content))
    second = imported(database, admin, bring(content))

    assert (first.phase, counts(first)) == ("done", (195, 0, 0, 5))
    assert (second.phase, counts(second)) == ("done", (0, 0, 195, 5))
    assert customers(database, admin) == 195


def test_what_was_refused_is_a_file_with_line_reason_and_the_own_columns(bring, database, admin):
    import_id = bring("email,number,username,customer_since,note,password_hash\nnobody,1,x,,=1+1,geheim\n")
    perform_all(database, import_id)

    [row] = rejects(database, admin, import_id)

    assert (row["line"], row["email"], row["username"], row["note"]) == ("2", "nobody", "x", "'=1+1")
    assert row["reason"].startswith("nobody is no e-mail address.")
    assert row["password_hash"] == ""


def test_the_rejects_can_be_mended_and_brought_in_again(bring, database, admin):
    import_id = bring((DEMO / "atoll.csv").read_bytes())
    imported(database, admin, import_id)
    units = partial(database.unit_of_work, admin)

    again = bring(b"".join(runs.rejects_of(units, import_id)))

    assert look(database, admin, again).format == "Atoll"


@pytest.mark.parametrize(
    ("scopes", "username"),
    [(("customers.edit",), "asa"), (("customers.edit", "customers.credentials"), "mine")],
)
def test_a_username_is_changed_by_who_may_change_logins_alone(
    bring, database, owner, register, *, scopes, username
):
    customer = register("Åsa", email="asa@shop.example", username="asa")
    with database.unit_of_work(owner) as uow:
        create_api_key(uow, name="k", scopes=list(scopes))
        key = uow.session.scalars(select(ApiKey)).one()
    holder = Identity(owner.network_id, f"api-key:{key.id}", frozenset(scopes), key_id=key.id)

    found = imported(
        database, holder, bring("email,username,number,customer_since\nasa@shop.example,mine,,\n")
    )

    with database.unit_of_work(owner) as uow:
        assert uow.get(Account, customer.account_id).username == username
    assert counts(found) == ((0, 0, 0, 1) if username == "asa" else (0, 1, 0, 0))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "customers.csv is empty."),
        (b"\n\n", "customers.csv is empty."),
        (b"just some words\nand more\n", "only one column"),
        (b"PK\x03\x04\x00\x00spreadsheet", "no text file"),
    ],
)
def test_what_is_no_csv_is_refused_with_a_sentence(bring, content, sentence):
    with pytest.raises(FileNotReadable, match=sentence):
        bring(content)


def test_a_file_that_cannot_be_read_leaves_nothing(call: Call, admin, database):
    made = call(admin, "POST", "/v1/imports", json={"name": "x.csv"}).json["id"]

    refused = call(admin, "POST", f"/v1/imports/{made}/received")

    assert refused.status_code == 422
    assert call(admin, "GET", f"/v1/imports/{made}").status_code == 404


def test_a_piece_behind_the_largest_file_is_refused(database, admin):
    with database.unit_of_work(admin) as uow:
        import_id = received.receive(uow, "x.csv").id
        uow.session.flush()
        with pytest.raises(TooLarge, match="larger than 64 MB"):
            received.take_piece(uow, import_id, 64, b"x")


def test_a_piece_that_is_sent_twice_is_kept_once(database, admin):
    with database.unit_of_work(admin) as uow:
        import_id = received.receive(uow, "x.csv").id
        uow.session.flush()
        for _ in range(2):
            received.take_piece(uow, import_id, 0, b"email,name\n")
        assert list(received.pieces_of(uow, import_id)) == [b"email,name\n"]


UNKNOWN = "E-post;Förnamn;Efternamn;Ort;Skonummer\nasa@shop.example;Åsa;Öberg;Umeå;38\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_an_unknown_header_is_guessed_and_asked_about(bring, database, admin, encoding):
    found = look(database, admin, bring(UNKNOWN.encode(encoding)))

    assert (found.phase, found.format, found.preview) == ("choosing", "", ())
    assert [(column.name, column.field, column.sample) for column in found.columns] == [
        ("e-post", "email", "asa@shop.example"),
        ("förnamn", "first_name", "Åsa"),
        ("efternamn", "last_name", "Öberg"),
        ("ort", "city", "Umeå"),
        ("skonummer", "", "38"),
    ]


def choose(database: Database, identity: Identity, import_id: UUID, *fields: str) -> None:
    with database.unit_of_work(identity) as uow:
        received.choose_columns(uow, import_id, fields)


def test_chosen_columns_are_imported_and_the_others_left_out(bring, database, admin):
    import_id = bring(UNKNOWN)
    choose(database, admin, import_id, "email", "last_name", "first_name", "", "")

    found = imported(database, admin, import_id)

    assert (found.phase, counts(found)) == ("done", (1, 0, 0, 0))
    with database.unit_of_work(admin) as uow:
        account = uow.session.scalars(select(Account).where(Account.email == "asa@shop.example")).one()
        customer = uow.session.scalars(select(Customer)).one()
    assert (account.first_name, account.last_name, customer.billing_city) == ("Öberg", "Åsa", "")


def test_a_choice_is_remembered_for_the_next_file_with_the_same_header(bring, database, admin):
    chosen = ("email", "last_name", "first_name", "", "company")
    choose(database, admin, bring(UNKNOWN), *chosen)

    again = look(database, admin, bring(UNKNOWN))

    assert tuple(column.field for column in again.columns) == chosen


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        (("", "first_name", "", "", ""), {"columns"}),
        (("email", "city", "", "city", ""), {"column-3"}),
        (("first_name", "first_name", "", "", ""), {"columns", "column-1"}),
        (("email", "password", "", "", ""), set()),
        (("email",), set()),
    ],
)
def test_columns_that_make_no_customer_are_refused_beside_the_field(bring, database, admin, fields, wrong):
    import_id = bring(UNKNOWN)

    with pytest.raises(Invalid) as refused:
        choose(database, admin, import_id, *fields)

    assert set(refused.value.fields) == wrong
    assert look(database, admin, import_id).phase == "choosing"


def test_names_of_columns_are_understood_in_two_languages_and_no_field_twice():
    assert guessed(["E-mail", "Mobil", "Postnr", "Zip", "Färg"]) == ["email", "phone", "postcode", "", ""]


def test_the_first_rows_say_what_would_happen_and_change_nothing(bring, database, admin, register: Register):
    register("Eva", "Berg", "eva@shop.example")
    register("Ulf", "Ek", "ulf@shop.example")
    rows = ["ny@shop.example,Ny", "eva@shop.example,Evelina", "ulf@shop.example,Ulf", "nobody,X", '"open']
    import_id = bring("\n".join(["email,förnamn", *rows]))
    choose(database, admin, import_id, "email", "first_name")

    found = look(database, admin, import_id)

    assert [row.becomes for row in found.preview] == ["new", "changed", "unchanged", "refused", "refused"]
    assert [row.line for row in found.preview] == [2, 3, 4, 5, 6]
    with database.unit_of_work(admin) as uow:
        assert (
            uow.session.scalars(
                select(Account.first_name).where(Account.email_key == "eva@shop.example")
            ).one()
            == "Eva"
        )


def test_the_login_of_an_admin_is_not_changed_by_a_file(bring, database, owner, admin):
    boss = make_admin(database, owner, "owner", name="Boss")
    with database.unit_of_work(owner) as uow:
        from services.customers.imports.newcomers import Newcomer, register_all
        from services.customers.imports.records import Record

        register_all(uow, [Newcomer(Record(boss.email, boss.email_key), uow.get(Account, boss.id))])
    import_id = bring(f"email,användarnamn\n{boss.email},mallory\n")
    choose(database, admin, import_id, "email", "username")

    found = imported(database, admin, import_id)

    assert counts(found) == (0, 0, 0, 1)
    assert rejects(database, admin, import_id)[0]["reason"].startswith("This is an administrator's login.")


def test_a_start_that_is_asked_twice_imports_once(bring, database, admin):
    import_id = bring((DEMO / "atoll.csv").read_bytes())
    imported(database, admin, import_id)

    start(database, admin, import_id)
    perform_all(database, import_id)

    with database.unit_of_work(admin) as uow:
        registered = select(func.count()).where(EventRow.type == "customer.registered")
        assert uow.session.scalar(registered) == 195
        lines = uow.session.scalars(select(AuditLine.action).where(AuditLine.actor == admin.actor)).all()
    assert lines.count("customers imported") == 1


def test_a_stopped_import_keeps_what_is_imported_and_can_be_started_again(
    bring, database, admin, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run, "BATCH", 50)
    import_id = bring((DEMO / "atoll.csv").read_bytes())
    start(database, admin, import_id)
    noting, steps = runs._Journal.note, [0]

    def note(journal: Any, uow: Any, step: Any) -> None:
        noting(journal, uow, step)
        steps[0] += 1

    def stop_after_one(*given: Any) -> None:
        if steps[0] == 1:
            with database.unit_of_work(admin) as uow:
                runs.stop(uow, import_id)
        note(*given)

    monkeypatch.setattr(runs._Journal, "note", stop_after_one)
    perform_all(database, import_id)
    stopped, some = look(database, admin, import_id), customers(database, admin)
    monkeypatch.setattr(runs._Journal, "note", noting)
    again = imported(database, admin, import_id)

    assert (stopped.phase, stopped.why, some) == ("stopped", "Somebody stopped it.", 50)
    assert (again.phase, counts(again)) == ("done", (145, 0, 50, 5))


def test_who_may_no_longer_import_leaves_nothing_running(bring, database, owner, admin):
    import_id = bring((DEMO / "atoll.csv").read_bytes())
    start(database, admin, import_id)
    with database.unit_of_work(owner) as uow:
        uow.session.execute(update(Account).where(Account.id == admin.account_id).values(role="auditor"))

    perform_all(database, import_id)

    found = look(database, owner, import_id)
    assert (found.phase, customers(database, owner)) == ("stopped", 0)
    assert found.why == "Who ordered it may no longer do this."


def test_an_import_ends_with_the_sessions_of_who_ordered_it(bring, database, owner, admin):
    import_id = bring("number,email,username,customer_since\n,asa@shop.example,,\n")
    start(database, admin, import_id)

    with database.unit_of_work(owner) as uow:
        admins.end_sessions(uow, admin.account_id)
    perform_all(database, import_id)

    found = look(database, admin, import_id)
    sentence = "Who ordered it was signed out everywhere, or chose another password, meanwhile."
    assert (found.phase, found.why) == ("stopped", sentence)
    assert customers(database, admin) == 0


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def import_and_be_killed(settings: Settings, import_id: UUID, after: int, point: str) -> None:
    """Import in small batches and die in number ``after``: before it is noted, or noted and not committed."""
    database, steps, noting = Database.of(settings, "customers"), [0], runs._Journal.note

    def note(*given: Any) -> None:
        if steps[0] == after and point == "before":
            die()
        noting(*given)
        if steps[0] == after:
            die()
        steps[0] += 1

    run.BATCH, runs._Journal.note = 20, note
    work.perform(performer, database, import_id)


@pytest.fixture
def killed_by(settings: Settings, tmp_path: Path) -> Callable[..., None]:
    """Run something in a process of its own, which kills itself on the way."""

    def run(target: Callable[..., None], *given: object) -> None:
        killed = fork(target, settings, *given, log=tmp_path / "log")
        killed.join(60)
        assert killed.exitcode == -signal.SIGKILL, (tmp_path / "log").read_text()

    return run


@pytest.mark.parametrize("point", ["before", "within"])
def test_each_row_is_imported_once_however_often_the_worker_is_killed(
    bring, database, admin, killed_by, point
):
    import_id = bring((DEMO / "atoll.csv").read_bytes(), size=2000)
    start(database, admin, import_id)

    for after in (0, 2, 1, 3):
        killed_by(import_and_be_killed, import_id, after, point)
        wait_until(lambda: lease_taken_away(database, admin, import_id))
    between = look(database, admin, import_id)
    perform_all(database, import_id)

    found = look(database, admin, import_id)
    assert 0 < between.counts.registered < 195
    assert (found.phase, counts(found)) == ("done", (195, 0, 0, 5))
    assert len(rejects(database, admin, import_id)) == 5
    with database.unit_of_work(admin) as uow:
        registered = select(func.count()).where(EventRow.type == "customer.registered")
        assert uow.session.scalar(registered) == 195


def lease_taken_away(database: Database, admin: Identity, import_id: UUID) -> bool:
    """Let time run out for whoever died; PostgreSQL needs a moment to notice that he is gone."""
    with database.unit_of_work(admin) as uow:
        free = text(
            "SELECT count(*) FROM (SELECT 1 FROM imports WHERE id = :id FOR UPDATE SKIP LOCKED) AS free"
        )
        if not uow.session.connection().scalar(free, {"id": import_id}):
            return False
        late = update(ImportFile).where(ImportFile.id == import_id, ImportFile.state == "leased")
        uow.session.execute(late.values(lease_until=clock.now()))
    return True


def test_old_files_are_removed_and_their_counts_stay(bring, database, admin):
    old, young = (bring((DEMO / "atoll.csv").read_bytes()) for _ in range(2))
    for import_id in (old, young):
        imported(database, admin, import_id)
    with database.unit_of_work(admin) as uow:
        long_ago = update(ImportFile).where(ImportFile.id == old)
        uow.session.execute(long_ago.values(created_at=clock.now() - timedelta(days=15)))

    drop_old_files(database)
    again = drop_old_files(database)

    with database.unit_of_work(admin) as uow:
        kept = set(uow.session.scalars(select(ImportPiece.import_id)))
    assert (kept, again) == ({young}, 0)
    assert (look(database, admin, old).is_kept, counts(look(database, admin, old))) == (False, (195, 0, 0, 5))


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", "/received"), ("PUT", "/pieces/0"), ("POST", "/start"), ("POST", "/stop"),
     ("POST", "/rejects")],
)  # fmt: skip
def test_another_networks_import_is_absent(call: Call, admin, database, method, path):
    stranger = Identity.command(new_id())
    with database.unit_of_work(stranger) as uow:
        theirs = received.receive(uow, "x.csv").id

    answers = [call(admin, method, f"/v1/imports/{an_id}{path}") for an_id in (theirs, new_id())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json["detail"] == answers[1].json["detail"]


def test_imports_need_the_permission_to_edit(call: Call, database, owner):
    auditor = signed_in(make_admin(database, owner, "auditor"))

    assert call(auditor, "POST", "/v1/imports", json={"name": "x.csv"}).status_code == 403
    assert call(auditor, "GET", "/v1/imports").status_code == 403


def test_a_column_can_hold_a_custom_field(bring, database, owner, admin):
    with database.unit_of_work(owner) as uow:
        define_field(uow, NewCustomField(kind="number", key="shoe_size", label=Words(en="Shoe size")))
    import_id = bring(UNKNOWN)
    choose(database, admin, import_id, "email", "first_name", "", "", "field:shoe_size")

    preview = look(database, admin, import_id).preview
    found = imported(database, admin, import_id)

    assert ([row.becomes for row in preview], counts(found)) == (["new"], (1, 0, 0, 0))
    with database.unit_of_work(admin) as uow:
        assert uow.session.scalars(select(Customer)).one().custom == {"shoe_size": 38}


def test_the_daily_clearing_out_removes_old_files_too(bring, databases, database, admin):
    import_id = bring((DEMO / "atoll.csv").read_bytes())
    perform_all(database, import_id)
    with database.unit_of_work(admin) as uow:
        uow.session.execute(update(ImportFile).values(created_at=clock.now() - timedelta(days=15)))

    clear_out(databases, [], kept_days=10_000)

    assert not look(database, admin, import_id).is_kept
