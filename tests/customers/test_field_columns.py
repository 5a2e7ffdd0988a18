"""Custom fields in files: written by an export, read by an import, in this network and in another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kernel.auth import Identity
from kernel.contracts.bulk import ExportOrder
from kernel.contracts.custom_fields import Choice, FieldKind, FieldValuesChange, NewCustomField, Words
from kernel.database import Database
from kernel.ids import new_id
from services.customers.custom_fields.definitions import define_field
from services.customers.custom_fields.of_customers import change_values
from services.customers.imports.fields import FieldColumnNotKnown
from services.customers.imports.run import Import, Report
from services.customers.jobs import exports
from tests.customers.conftest import Listing, Register, read_list
from tests.customers.test_verification import wait_for_a_lock

HEADER = "number,email,username,customer_since"
DEFINED: dict[FieldKind, str] = {
    "text": "Nickname", "number": "Shoe size", "date": "Birthday", "yes_no": "Member", "choice": "Size",
    "choices": "Interests", "url": "Web page",
}  # fmt: skip
VALUES: dict[str, Any] = {
    "nickname": "=Sessan; \"å ä ö\"", "shoe_size": -38.5, "birthday": "1990-05-31", "member": True,
    "size": "large", "interests": ["bread", "tea"], "web_page": "https://asa.example/?a=1|2",
}  # fmt: skip

Run = Callable[..., Report]


def define_all(database: Database, who: Identity, **more: object) -> None:
    labels = {"choice": ("Small", "Large"), "choices": ("Bread", "Tea")}
    with database.unit_of_work(who) as uow:
        for kind, label in DEFINED.items():
            choices = tuple(Choice(label=Words(en=one)) for one in labels.get(kind, ()))
            define_field(uow, NewCustomField(kind=kind, label=Words(en=label), choices=choices, **more))


@pytest.fixture
def run(database: Database, owner: Identity, tmp_path: Path) -> Run:
    """Import a text into the network, or into another's: ``run("number,email...")``."""

    def start(text: str, *, who: Identity = owner, dry_run: bool = False) -> Report:
        path = tmp_path / "customers.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return Import(database, who, path, dry_run=dry_run).run()

    return start


def exported(database: Database, who: Identity, *columns: str) -> str:
    units = partial(database.unit_of_work, who)
    return b"".join(exports.lines_of(units, ExportOrder(columns=columns))).decode("utf-8-sig")


def test_an_export_is_read_back_with_every_kind_of_value(
    *, database: Database, owner: Identity, register: Register, run: Run
) -> None:
    define_all(database, owner)
    customer = register("Åsa", "Berg")
    with database.unit_of_work(owner) as uow:
        change_values(uow, customer.id, FieldValuesChange(values=VALUES, seen=None))
    there = Identity.command(new_id())
    define_all(database, there)
    file = exported(database, owner)

    report = run(file, who=there)

    assert (report.registered, report.rejects) == (1, [])
    assert [row.custom for row in read_list(database, there).items] == [VALUES]
    assert exported(database, there) == file
    assert run(file, who=there).unchanged == 1


def test_columns_are_chosen_and_an_unknown_one_is_refused(
    database: Database, owner: Identity, register: Register
) -> None:
    define_all(database, owner)
    register("Åsa", email="asa@shop.example")

    assert exported(database, owner, "email", "field:size") == "email,field:size\r\nasa@shop.example,\r\n"
    with pytest.raises(exports.ColumnNotKnown):
        exported(database, owner, "email", "field:secret")


def test_a_known_customer_is_changed_and_what_the_file_leaves_empty_stays(
    *, database: Database, owner: Identity, listing: Listing, run: Run
) -> None:
    define_all(database, owner, is_searchable=True)
    run(f"{HEADER},field:nickname,field:shoe_size\n,asa@shop.example,,,Sessan,38\n")
    before = listing(q="sessan").items

    foreseen = run(f"{HEADER},field:nickname,field:shoe_size\n,asa@shop.example,,,Kung,\n", dry_run=True)
    report = run(f"{HEADER},field:nickname,field:shoe_size\n,asa@shop.example,,,Kung,\n")

    assert [row.custom for row in before] == [{"nickname": "Sessan", "shoe_size": 38}]
    assert foreseen.changed == report.changed == 1
    assert [row.custom for row in listing(q="kung").items] == [{"nickname": "Kung", "shoe_size": 38}]
    assert listing(q="sessan").items == []


def test_a_save_at_the_same_moment_as_an_import_loses_no_value(
    *, database: Database, owner: Identity, register: Register, listing: Listing, run: Run
) -> None:
    define_all(database, owner)
    customer = register("Åsa", email="asa@shop.example")

    with ThreadPoolExecutor(1) as beside:
        with database.unit_of_work(owner) as saving:
            change_values(saving, customer.id, FieldValuesChange(values={"shoe_size": 38}, seen=None))
            saving.session.flush()
            importing = beside.submit(run, f"{HEADER},field:nickname\n,asa@shop.example,,,Sessan\n")
            wait_for_a_lock(database)
        report = importing.result(10)

    assert report.changed == 1
    assert [row.custom for row in listing().items] == [{"nickname": "Sessan", "shoe_size": 38}]


def test_a_value_that_cannot_be_costs_its_own_row(database: Database, owner: Identity, run: Run) -> None:
    define_all(database, owner)

    report = run(f'{HEADER},field:shoe_size\n,a@shop.example,,,large\n,b@shop.example,,,"38,5"\n')

    assert (report.registered, report.rejects[0].line) == (1, 2)
    assert report.rejects[0].reason == "field:shoe_size: Write a number, like 1234.5."


def test_a_column_of_no_field_is_refused_as_a_whole(database: Database, owner: Identity, run: Run) -> None:
    define_all(database, owner)

    with pytest.raises(FieldColumnNotKnown, match=r"no custom field for the column field:shoesize\."):
        run(f"{HEADER},field:shoesize\n,a@shop.example,,,38\n")


def test_a_file_without_a_required_field_is_read(
    database: Database, owner: Identity, listing: Listing, run: Run
) -> None:
    define_all(database, owner, is_required=True)

    assert run(f"{HEADER}\n,a@shop.example,,\n").registered == 1
    assert [row.custom for row in listing().items] == [{}]
