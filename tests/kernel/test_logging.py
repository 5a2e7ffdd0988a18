"""No secret, token or address ever reaches a log line."""

import json
import logging
import subprocess
import sys
from traceback import format_exception

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.events import ProductCreated
from kernel.database import Database
from kernel.ids import new_id
from kernel.log import EventRow, row_of
from kernel.logging import HIDDEN, hide_secrets

SECRETS = [
    "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    "asa.oberg+shop@example.se",
    "postgresql://atoll:hunter2@db/atoll",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
]


@pytest.mark.parametrize(
    "name", ["password", "new_password", "Authorization", "csrf_token", "email", "ip", "cookie"]
)
def test_a_field_that_is_named_like_a_secret_is_blanked(name):
    assert hide_secrets(None, "info", {name: "x"}) == {name: HIDDEN}


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_secret_is_blanked_inside_a_text(secret):
    said = hide_secrets(None, "info", {"event": f"could not read {secret} today"})["event"]

    assert "hunter2" not in said
    assert HIDDEN in said
    assert said.endswith(" today")


def test_a_refused_statement_says_nothing_of_its_values(databases: dict[str, Database], owner: Identity):
    told = ProductCreated(product_id=new_id(), name="Åsa Öbergs kurs")
    row = row_of(told, network_id=owner.network_id or new_id(), actor=owner, at=clock.now(), request_id="")

    with pytest.raises(IntegrityError) as refused, databases["billing"].unit_of_work(owner) as uow:
        uow.session.execute(insert(EventRow), [row, row])
    said = "".join(format_exception(refused.value))

    assert "duplicate key" in said
    assert "Åsa" not in said
    assert str(row["id"]) not in said  # PostgreSQL itself keeps rows under row-level security to itself


def test_what_is_no_secret_stays():
    line = {"event": "refund settled", "refund_id": "0192", "status": 200}

    assert hide_secrets(None, "info", dict(line)) == line


def test_a_process_logs_json_lines_of_its_own_and_of_libraries():
    script = (
        "import logging, structlog; from kernel.logging import configure; configure('billing');"
        "structlog.get_logger().info('paid', amount=3, email='a@b.se');"
        "logging.getLogger('library').warning('for %s', 'a@b.se', extra={'refund_id': '7'})"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    ours, theirs = map(json.loads, output.splitlines())

    assert (ours["event"], ours["amount"], ours["email"], ours["process"]) == ("paid", 3, HIDDEN, "billing")
    assert (theirs["event"], theirs["refund_id"]) == (f"for {HIDDEN}", "7")
    assert logging.getLevelName(theirs["level"].upper()) == logging.WARNING


def test_no_address_of_a_call_is_logged_however_much_else_is():
    script = (
        "import logging; from kernel.logging import configure; configure('gateway', 'DEBUG');"
        "logging.getLogger('urllib3.connectionpool').debug('GET /v1/customers?q=asa');"
        "logging.getLogger('library').debug('said')"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert [json.loads(line)["event"] for line in output.splitlines()] == ["said"]
