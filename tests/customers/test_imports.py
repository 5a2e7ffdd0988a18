"""Importing files: the three formats as people have them, twice, half, and with bad rows."""

import csv
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from kernel.auth import Identity
from kernel.contracts.customers import CustomerRow
from kernel.database import Database
from kernel.log import EventRow
from services.customers.imports.files import FileNotReadable
from services.customers.imports.formats import OWN_COLUMNS, FormatNotKnown
from services.customers.imports.run import Import, Report, write_rejects
from services.customers.models import Account
from tests.customers.conftest import Listing, Register, make_admin

DEMO = Path(__file__).parents[2] / "demo"
SAMPLES = ("ultimate-multisite", "adobe-commerce", "atoll")
HEADER = ",".join(OWN_COLUMNS)

Run = Callable[..., Report]


@pytest.fixture
def run(database: Database, owner: Identity, tmp_path: Path) -> Run:
    """Import a path, or a text: ``run("number,email...")``."""

    def start(given: Path | str | bytes, *, dry_run: bool = False) -> Report:
        if not isinstance(given, Path):
            path = tmp_path / "customers.csv"
            path.write_bytes(given if isinstance(given, bytes) else given.encode())
            given = path
        return Import(database, owner, given, dry_run=dry_run).run()

    return start


def own(*rows: dict[str, str], delimiter: str = ",") -> str:
    lines = [delimiter.join(OWN_COLUMNS)]
    lines += [delimiter.join(row.get(column, "") for column in OWN_COLUMNS) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def by_email(listing: Listing, email: str) -> CustomerRow:
    (found,) = listing(q=email).items
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_gives_195_customers_and_five_sentences(run: Run, listing: Listing, sample: str) -> None:
    report = run(DEMO / f"{sample}.csv")

    assert (report.registered, report.changed, len(report.rejects)) == (195, 0, 5)
    assert listing().counts.all == 195
    assert all(reject.reason.endswith(".") for reject in report.rejects)


@pytest.mark.parametrize("sample", SAMPLES)
def test_importing_twice_changes_nothing(run: Run, listing: Listing, sample: str) -> None:
    run(DEMO / f"{sample}.csv")

    again = run(DEMO / f"{sample}.csv")

    assert (again.registered, again.changed, again.unchanged) == (0, 0, 195)
    assert listing().counts.all == 195


def test_the_three_samples_tell_of_the_same_people(run: Run, listing: Listing) -> None:
    for sample in SAMPLES:
        run(DEMO / f"{sample}.csv")

    found = by_email(listing, "asa.lindqvist@lindqvist.example")
    assert (listing().counts.all, found.name, found.username) == (195, "Åsa Lindqvist", "asa-lindqvist")


def test_a_dry_run_tells_the_same_and_changes_nothing(run: Run, listing: Listing) -> None:
    foretold = run(DEMO / "atoll.csv", dry_run=True)
    before = listing().counts.all
    done = run(DEMO / "atoll.csv")

    assert before == 0
    assert foretold == done


def test_a_dry_run_over_known_customers_changes_nothing(run: Run, listing: Listing) -> None:
    run(own({"email": "asa@shop.example", "first_name": "Åsa"}))

    foretold = run(own({"email": "asa@shop.example", "first_name": "Eva"}), dry_run=True)

    assert (foretold.registered, foretold.changed) == (0, 1)
    assert by_email(listing, "asa@shop.example").name == "Åsa"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_any_usual_encoding_and_delimiter_is_read(
    run: Run, listing: Listing, encoding: str, delimiter: str
) -> None:
    row = {"email": "asa@shop.example", "first_name": "Åsa", "last_name": "Öberg"}

    run(own(row, delimiter=delimiter).encode(encoding))

    assert by_email(listing, "asa@shop.example").name == "Åsa Öberg"


def test_a_quoted_line_break_stays_within_its_cell_and_lines_are_counted(run: Run) -> None:
    report = run(own({"email": "a@shop.example", "line2": '"c/o Ek\nUppgång B"'}, {"email": "no address"}))

    assert report.registered == 1
    assert [reject.line for reject in report.rejects] == [4]


def test_a_quotation_mark_left_open_costs_one_row(run: Run) -> None:
    rows = [{"email": f"p{number}@shop.example"} for number in range(20)]
    rows[3] = {"email": '"open@shop.example'}

    report = run(own(*rows))

    assert report.registered == 19
    assert [reject.line for reject in report.rejects] == [5]


def test_an_import_publishes_who_came_and_what_changed(run: Run, database: Database, owner: Identity) -> None:
    run(own({"email": "asa@shop.example", "first_name": "Åsa"}))
    run(own({"email": "ASA@shop.example", "first_name": "Åsa-Lena", "city": "Umeå"}))

    with database.unit_of_work(owner) as uow:
        told = uow.session.scalars(select(EventRow).order_by(EventRow.position)).all()
    assert [(row.type, row.payload.get("fields")) for row in told] == [
        ("customer.registered", None),
        ("customer.changed", ["billing_city", "first_name"]),
    ]


def test_a_changed_name_is_found_and_the_old_one_is_not(run: Run, listing: Listing) -> None:
    run(own({"email": "a@shop.example", "first_name": "Åsa"}))
    run(own({"email": "a@shop.example", "first_name": "Eva"}))

    assert [row.name for row in listing(q="eva").items] == ["Eva"]
    assert listing(q="asa").items == []


def test_what_a_file_leaves_empty_stays(run: Run, listing: Listing) -> None:
    run(own({"email": "a@shop.example", "first_name": "Åsa", "verification": "verified"}))
    run(own({"email": "a@shop.example", "verification": "pending", "vip": "1"}))

    found = by_email(listing, "a@shop.example")
    assert (found.name, found.verification, found.is_vip) == ("Åsa", "verified", True)


def test_what_waits_for_an_address_hears_what_a_file_says_of_it(
    run: Run, database: Database, owner: Identity, register: Register
) -> None:
    asked = register(email="a@shop.example", verification="none")
    sure = register(email="b@shop.example", verification="pending")

    run(own({"email": "a@shop.example", "verification": "pending"}))
    run(own({"email": "b@shop.example", "verification": "verified"}))

    with database.unit_of_work(owner) as uow:
        told = uow.session.scalars(select(EventRow).order_by(EventRow.transaction, EventRow.position)).all()
    said = [(row.type, row.payload) for row in told if "verif" in row.type]
    assert [(kind, payload["customer_id"], payload.get("status")) for kind, payload in said] == [
        ("customer.verification_changed", str(asked.id), "pending"),
        ("customer.verification_changed", str(sure.id), "verified"),
        ("customer.email_verified", str(sure.id), None),
    ]
    assert (said[2][1]["how"], said[2][1]["starts_memberships"]) == ("import", True)


def test_an_address_that_stands_twice_is_one_customer(run: Run, listing: Listing) -> None:
    report = run(own({"email": "a@shop.example"}, {"email": "A@Shop.example", "first_name": "Åsa"}))

    assert (report.registered, report.changed) == (1, 1)
    assert by_email(listing, "a@shop.example").name == "Åsa"


def test_a_username_of_somebody_else_is_refused(run: Run, register: Register) -> None:
    register("Åsa", username="asa")

    report = run(own({"email": "other@shop.example", "username": "ASA"}))

    assert [reject.reason for reject in report.rejects] == ["The username ASA belongs to somebody else."]


def test_an_admin_becomes_a_customer_too_and_keeps_his_name(
    run: Run, listing: Listing, database: Database, owner: Identity
) -> None:
    admin = make_admin(database, owner, name="Ada")

    run(own({"email": admin.email, "first_name": "Somebody"}))

    assert by_email(listing, admin.email).name == "Ada"


def test_an_interrupted_import_can_be_run_again(
    run: Run, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.customers.imports.run.BATCH", 10)
    file = own(*({"email": f"p{number}@shop.example"} for number in range(50)))
    write, written = Import._write_once, []

    def break_off(self: Import, batch: list[object]) -> None:
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(batch)
        write(self, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(Import, "_write_once", break_off)
    with pytest.raises(KeyboardInterrupt):
        run(file)
    monkeypatch.setattr(Import, "_write_once", write)
    half = listing().counts.all

    again = run(file)

    assert (half, again.registered, again.unchanged, listing().counts.all) == (30, 20, 30, 50)


def test_no_password_of_a_file_is_kept_told_or_logged(
    run: Run, database: Database, owner: Identity, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with (DEMO / "adobe-commerce.csv").open(encoding="utf-8", newline="") as file:
        hashes = [row["password_hash"] for row in csv.DictReader(file)]

    with caplog.at_level(logging.DEBUG):
        report = run(DEMO / "adobe-commerce.csv")

    beside = write_rejects(tmp_path / "x.csv", report.rejects)
    assert beside is not None
    said = caplog.text + beside.read_text(encoding="utf-8-sig")
    assert not [one for one in hashes if one in said]
    with database.unit_of_work(owner) as uow:
        assert uow.session.scalars(select(Account.password_hash).distinct()).all() == [None]
        dump = str(uow.session.connection().execute(text("SELECT a::text FROM accounts a")).all())
    assert not [one for one in hashes if one in dump]


def test_the_rejects_file_has_a_line_number_and_a_sentence_for_each(run: Run, tmp_path: Path) -> None:
    report = run(DEMO / "ultimate-multisite.csv")

    beside = write_rejects(tmp_path / "ultimate-multisite.csv", report.rejects)

    assert beside == tmp_path / "ultimate-multisite.csv.rejects.csv"
    with beside.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[:2] == [["line", "reason"], ["20", "There is no e-mail address."]]
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("given", "refusal", "sentence"),
    [
        ("", FileNotReadable, "is empty"),
        ("name,age\nÅsa,40\n", FormatNotKnown, "this file begins with name, age"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_as_a_whole(
    run: Run, given: str, refusal: type[Exception], sentence: str
) -> None:
    with pytest.raises(refusal, match=sentence):
        run(given)


def test_the_multisite_export_tells_where_somebody_signed_in_from(
    run: Run, database: Database, owner: Identity, listing: Listing
) -> None:
    from services.customers.queries.page import customer_page

    run(DEMO / "ultimate-multisite.csv")

    found = by_email(listing, "asa.lindqvist@lindqvist.example")
    with database.unit_of_work(owner) as uow:
        page = customer_page(uow, found.id)
    assert [(attempt.ip[:7], attempt.country) for attempt in page.sign_ins] == [("81.230.", "SE")]
    assert page.billing.country == "SE"
