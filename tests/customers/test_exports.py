"""Exporting customers: what a file holds, that it comes back unchanged, and that size costs no memory."""

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from io import StringIO
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.auth import Identity
from kernel.config import Settings
from kernel.contracts.bulk import EXPORT_COLUMNS, ExportOrder, Selection
from kernel.contracts.customers import BillingInfo
from kernel.database import Database, UnitOfWork
from kernel.ids import new_id
from kernel.spreadsheets import as_typed, defused
from kernel.streams import until_end
from services.customers.imports.run import Import, Report
from services.customers.jobs import exports
from services.customers.models import Account, AuditLine
from services.customers.queries import selected
from tests.background import fork
from tests.calling import Call
from tests.customers.conftest import Register, make_admin, signed_in

EXPORT_LINES = select(AuditLine).where(AuditLine.action == "customers exported")
FORMULAS = "=+-@\t\r"

ROOM = 2048  # kilobytes; a file of 50,000 such customers has twice as many

Units = Callable[[], AbstractContextManager[UnitOfWork]]
Export = Callable[[Units, ExportOrder], Iterator[bytes]]


@pytest.fixture
def export(database: Database, owner: Identity) -> Callable[..., str]:
    """Export as text: ``export(columns=("email",), q="asa")``."""

    def run(*, columns: tuple[str, ...] = (), delimiter: str = "comma", **which: object) -> str:
        order = ExportOrder(selection=Selection.model_validate(which), columns=columns, delimiter=delimiter)
        return b"".join(exports.lines_of(partial(database.unit_of_work, owner), order)).decode("utf-8-sig")

    return run


def rows_of(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=delimiter))


def emails(text: str) -> list[str]:
    return [row["email"] for row in rows_of(text)]


def test_an_export_holds_every_field_of_a_customer(export, register: Register):
    register(
        "Åsa", "Öberg", "asa@shop.example", username="asa", phone="070-1", is_vip=True,
        verification="verified",
        billing=BillingInfo(company="Ä & Ö, AB", line1="Väg 1", city="Umeå", country="SE"),
    )  # fmt: skip

    [row] = rows_of(export())

    assert tuple(row) == EXPORT_COLUMNS
    assert (row["number"], row["first_name"], row["vip"], row["verification"]) == (
        "1",
        "Åsa",
        "yes",
        "verified",
    )
    assert (row["company"], row["city"], row["country"], row["phone"]) == ("Ä & Ö, AB", "Umeå", "SE", "070-1")


def test_the_file_says_that_it_is_utf_8(database: Database, owner: Identity):
    first = next(exports.lines_of(partial(database.unit_of_work, owner), ExportOrder()))

    assert first.startswith(b"\xef\xbb\xbfnumber,email,")


def test_columns_come_in_the_order_asked_for_and_semicolons_divide_them(export, register: Register):
    register("Åsa", "", "asa@shop.example")

    text = export(columns=("first_name", "email", "spent", "memberships"), delimiter="semicolon")

    assert text.splitlines() == ["first_name;email;spent;memberships", "Åsa;asa@shop.example;;0"]


def test_an_unknown_column_is_refused_with_its_name(export):
    with pytest.raises(exports.ColumnNotKnown, match="no column “password”"):
        export(columns=("email", "password"))


def test_a_filter_exports_all_that_match_however_many_a_page_holds(export, register: Register):
    for number in range(30):
        register(
            "Åsa" if number % 2 else "Eva", f"Berg{number}", f"p{number}@shop.example", is_vip=number > 9
        )

    assert len(emails(export())) == 30
    assert len(emails(export(q="asa"))) == 15
    assert len(emails(export(q="asa berg", tab="vip"))) == 10
    assert len(emails(export(tab="online"))) == 0


def test_ids_export_those_alone_and_strangers_are_not_among_them(
    export, register: Register, database: Database
):
    mine, other = register("Åsa"), register("Eva")
    with database.unit_of_work(Identity.command(new_id())) as uow:
        from services.customers.profiles.registration import register_customer

        theirs = register_customer(uow, email="x@shop.example", how="api")

    text = export(ids=(mine.id, theirs.id))

    assert [row["number"] for row in rows_of(text)] == [str(mine.number)]
    assert str(other.number) not in text.splitlines()[1].split(",")[:1]


def test_batches_follow_each_other_without_a_gap(export, register: Register, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(selected, "BATCH", 3)
    selected._batch.cache_clear()
    for number in range(10):
        register("Åsa", "", f"p{number}@shop.example")

    assert emails(export()) == [f"p{number}@shop.example" for number in range(10)]
    assert emails(export(q="asa")) == [f"p{number}@shop.example" for number in range(10)]
    selected._batch.cache_clear()


def test_a_customer_who_comes_or_changes_meanwhile_is_never_told_of_twice(
    register: Register, database: Database, owner: Identity, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(selected, "BATCH", 2)
    selected._batch.cache_clear()
    for number in range(4):
        register("Åsa", "", f"p{number}@shop.example")
    lines = exports.lines_of(partial(database.unit_of_work, owner), ExportOrder(columns=("email",)))

    read = [next(lines), next(lines)]
    register("Eva", "", "p4@shop.example")
    text = b"".join([*read, *lines]).decode("utf-8-sig")

    assert text.split() == ["email", *(f"p{number}@shop.example" for number in range(5))]
    selected._batch.cache_clear()


@given(st.text())
def test_no_cell_begins_as_a_formula_and_each_comes_back_as_it_was(cell: str):
    safe = defused(cell)

    assert safe[:1] not in set(FORMULAS)
    assert as_typed(safe) == cell


@given(st.text(alphabet="'=+-@\t\r\n＝a", min_size=1))
def test_cells_that_look_defused_already_come_back_as_they_were(cell: str):
    assert as_typed(defused(cell)) == cell


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), max_size=40)
NASTY = st.sampled_from(["=cmd|' /C calc'!A0", "+46", "-1", "@SUM(A1)", "'=1", "''+"])


@examples(max_examples=30, deadline=None)
@given(names=st.lists(NAMES | NASTY, min_size=3, max_size=3))
def test_what_was_exported_can_be_imported_and_changes_nothing(
    database: Database, tmp_path_factory: pytest.TempPathFactory, names: list[str]
):
    identity = Identity.command(new_id())
    with database.unit_of_work(identity) as uow:
        from services.customers.profiles.registration import register_customer

        register_customer(
            uow, email="a@shop.example", how="api", first_name=names[0], last_name=names[1], phone="+46 70 1",
            username="-asa", verification="pending", locale="sv",
            billing=BillingInfo(company=names[2], line2="=1+1", country="SE", email="f@shop.example"),
        )  # fmt: skip

    report, again = round_trip(database, identity, tmp_path_factory.mktemp("trip"), "semicolon")

    assert (report.registered, report.changed, report.unchanged, report.rejects) == (0, 0, 1, [])
    assert again == 0


def round_trip(database: Database, identity: Identity, folder: Path, delimiter: str) -> tuple[Report, int]:
    """Export, import what came, and export again; return the report, and how many lines differ."""
    units = partial(database.unit_of_work, identity)
    order = ExportOrder(delimiter=delimiter)  # type: ignore[arg-type]
    file = folder / "export.csv"
    file.write_bytes(b"".join(exports.lines_of(units, order)))
    report = Import(database, identity, file).run()
    before, after = file.read_bytes(), b"".join(exports.lines_of(units, order))
    return report, sum(one != two for one, two in zip(before.splitlines(), after.splitlines(), strict=True))


@pytest.mark.parametrize("delimiter", ["comma", "semicolon"])
def test_the_sample_comes_back_unchanged(database: Database, owner: Identity, tmp_path: Path, delimiter: str):
    Import(database, owner, Path(__file__).parents[2] / "demo" / "atoll.csv").run()

    report, differing = round_trip(database, owner, tmp_path, delimiter)

    assert (report.registered, report.changed, report.unchanged, report.rejects) == (0, 0, 195, [])
    assert differing == 0


def test_the_file_of_another_network_brings_the_same_people_there(
    database: Database, owner: Identity, tmp_path: Path
):
    Import(database, owner, Path(__file__).parents[2] / "demo" / "atoll.csv").run()
    file = tmp_path / "export.csv"
    order = ExportOrder(columns=tuple(name for name in EXPORT_COLUMNS))
    file.write_bytes(b"".join(exports.lines_of(partial(database.unit_of_work, owner), order)))
    there = Identity.command(new_id())

    report = Import(database, there, file).run()

    assert (report.registered, report.rejects) == (195, [])
    assert b"".join(exports.lines_of(partial(database.unit_of_work, there), order)) == file.read_bytes()


@pytest.fixture
def admin(database: Database, owner: Identity) -> Identity:
    return signed_in(make_admin(database, owner))


def test_the_service_writes_down_who_takes_how_many_along(
    call: Call, admin: Identity, register: Register, database: Database
):
    for _ in range(3):
        register("Åsa")

    answer = call(
        admin, "POST", "/v1/customers/exports", json={"selection": {"q": "asa"}, "columns": ["email"]}
    )
    text = b"".join(until_end([answer.data])).decode()

    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    assert len(text.splitlines()) == 4
    with database.unit_of_work(admin) as uow:
        [line] = uow.session.scalars(EXPORT_LINES)
    assert (line.actor, line.details["number"], line.details["which"]["q"]) == (admin.actor, 3, "asa")


def test_an_unknown_column_leaves_no_line(call: Call, admin: Identity, database: Database):
    answer = call(admin, "POST", "/v1/customers/exports", json={"columns": ["password_hash"]})

    assert (answer.status_code, answer.json["code"]) == (422, "ColumnNotKnown")
    assert answer.json["fields"][0]["message"] == "There is no column “password_hash”."
    with database.unit_of_work(admin) as uow:
        assert (
            uow.session.scalars(select(AuditLine).where(AuditLine.action == "customers exported")).all() == []
        )


def test_a_selection_is_counted(call: Call, admin: Identity, register: Register):
    chosen = [register("Åsa").id, register("Eva").id, new_id()]

    counted = [
        call(admin, "POST", "/v1/customers/selections", json=json).json["count"]
        for json in ({}, {"q": "eva"}, {"tab": "vip"}, {"ids": [str(one) for one in chosen]})
    ]

    assert counted == [2, 1, 0, 2]


def test_an_admin_who_is_closed_out_gets_no_further_batch(
    call: Call, admin: Identity, register: Register, database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(selected, "BATCH", 1)
    selected._batch.cache_clear()
    for _ in range(3):
        register("Åsa")
    answer = call(admin, "POST", "/v1/customers/exports", json={}, buffered=False)
    pieces = iter(answer.response)
    next(pieces), next(pieces)

    with database.unit_of_work(admin) as uow:
        uow.get(Account, admin.account_id, lock=True).is_active = False

    with pytest.raises(Exception, match="session has ended"):
        next(pieces)
    selected._batch.cache_clear()


def all_at_once(units: Units, order: ExportOrder) -> Iterator[bytes]:
    """Broken: gathers the whole file before it gives any of it."""
    return iter([b"".join(exports.lines_of(units, order))])


def populated(database: Database, folder: Path, size: int) -> Identity:
    """Return the identity of a network with so many customers."""
    file = folder / f"{size}.csv"
    rows = (f"{n},p{n}@shop.example,p{n},Person{n},Berg,2024-01-01" for n in range(size))
    file.write_text("\n".join(["number,email,username,first_name,last_name,customer_since", *rows]))
    identity = Identity.command(new_id())
    Import(database, identity, file).run()
    return identity


def export_and_tell(settings: Settings, identity: Identity, export: Export, told: Path) -> None:
    """Export in a process of its own, and write down its lines and how much memory it took on the way."""
    database, process = Database.of(settings, "customers"), psutil.Process()
    units = partial(database.unit_of_work, identity)
    next(exports.lines_of(units, ExportOrder()))  # what is loaded the first time counts for nobody
    before, most, lines = process.memory_info().rss, 0, 0
    for piece in export(units, ExportOrder()):
        most, lines = max(most, process.memory_info().rss), lines + piece.count(b"\n")
    told.write_text(f"{lines} {(most - before) // 2**10}")


def measured(settings: Settings, identity: Identity, export: Export, told: Path) -> tuple[int, int]:
    """Return the lines of an export, and the kilobytes by which its process grew."""
    process = fork(export_and_tell, settings, identity, export, told, log=told.with_suffix(".log"))
    process.join(120)
    lines, growth = told.read_text().split()
    return int(lines), int(growth)


def test_an_export_of_any_size_takes_the_memory_of_one_batch(
    database: Database, settings: Settings, tmp_path: Path
):
    few, many = (populated(database, tmp_path, size) for size in (2_000, 50_000))

    small = measured(settings, few, exports.lines_of, tmp_path / "small")
    large = measured(settings, many, exports.lines_of, tmp_path / "large")
    broken = measured(settings, many, all_at_once, tmp_path / "broken")

    assert (small[0], large[0], broken[0]) == (2_001, 50_001, 50_001)
    assert large[1] < small[1] + ROOM
    assert broken[1] > small[1] + ROOM, "this test would not notice an export that gathers everything"
