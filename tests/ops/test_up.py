"""`atoll up` as people meet it: started, found, ended, killed, started again, and in the way."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import urllib3

from command.processes import PROCESSES
from kernel.config import Settings
from kernel.database import SERVICES
from tests.ops.installations import ROOT, Installation, free_ports, installation, launch, wait_for

pytestmark = pytest.mark.xdist_group("up")
EVERYBODY = {process.name: True for process in PROCESSES}


@pytest.fixture(scope="module")
def atoll(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that has come up, with its demo."""
    with installation(tmp_path_factory.mktemp("up") / "var") as running:
        running.wait_until_ready()
        yield running


def refused(settings: Settings) -> str:
    """Return what `atoll up` says when it ends by itself."""
    second = launch(settings, "--no-demo")
    assert second.process.wait(30) == 1
    return second.said


def test_every_process_is_healthy_and_the_screen_says_where_it_is(atoll: Installation) -> None:
    port = atoll.settings.port

    assert atoll.healthy() == EVERYBODY
    assert f"http://admin.localhost:{port}\n" in atoll.said
    assert "admin@demo.example" in atoll.said
    assert f".localhost:{port}\n" in atoll.said.partition("A member site")[2]
    assert f"http://127.0.0.1:{port + 5}\n" in atoll.said
    assert f"http://127.0.0.1:{port + 8}\n" in atoll.said


def test_secrets_are_readable_by_their_owner_alone(atoll: Installation) -> None:
    keys = atoll.settings.var / "keys"
    modes = {path.name: path.stat().st_mode & 0o777 for path in [keys, *keys.iterdir()]}

    assert modes == {
        "keys": 0o700, "secret": 0o600, "gateway.json": 0o600, "worker.json": 0o600, "demo-password": 0o600,
    }  # fmt: skip


def test_each_process_is_told_its_own_secrets_alone(atoll: Installation) -> None:
    told = {process.name: set() for process in PROCESSES}  # type: dict[str, set[str]]
    for member in atoll.members():
        words = member.cmdline()
        for name in told.keys() & {"mailbox", "payments", "worker", "bell"}:
            if words[-1] == name:
                told[name] = set(member.environ())
    gateways = _serving(atoll, "gateway")
    services = [member for name in SERVICES for member in _serving(atoll, name)]

    secrets = {"ATOLL_GATEWAY_KEY", "ATOLL_WORKER_KEY", "ATOLL_DATABASE_URL", "ATOLL_SECRET_KEY"}
    assert told["mailbox"] & secrets == set()
    assert told["payments"] & secrets == set()
    assert told["worker"] & secrets == secrets - {"ATOLL_GATEWAY_KEY"}
    assert gateways
    assert all(set(one.environ()) & secrets == {"ATOLL_GATEWAY_KEY", "ATOLL_SECRET_KEY"} for one in gateways)
    theirs = {one.environ()["ATOLL_SECRET_KEY"] for one in services}
    assert theirs.isdisjoint(one.environ()["ATOLL_SECRET_KEY"] for one in gateways)
    assert services
    assert all(set(one.environ()) & secrets == {"ATOLL_DATABASE_URL", "ATOLL_SECRET_KEY"} for one in services)


def _serving(atoll: Installation, name: str) -> list[psutil.Process]:
    return [member for member in atoll.members() if f"command.applications:{name}" in member.cmdline()]


def test_every_process_logs_json_under_its_own_name(atoll: Installation) -> None:
    page = urllib3.request("GET", f"http://127.0.0.1:{atoll.settings.port}/sign-in",
                           headers={"Host": "admin.localhost"}, retries=False)  # fmt: skip
    assert page.status == 200

    for name in ("gateway", "sites"):
        said = (atoll.settings.var / "log" / f"{name}.log").read_text().splitlines()
        lines = [json.loads(line) for line in said if "request" in line]
        assert {line["process"] for line in lines} == {name}
        assert {"event", "level", "timestamp", "request_id", "route", "method", "status"} <= lines[-1].keys()


def test_the_demo_has_an_account_at_the_pretend_payment_provider(atoll: Installation) -> None:
    books = atoll.settings.var / "payments" / "payments.sqlite"
    told = f"http://admin.localhost:{atoll.settings.port}/webhooks/payments/stripe"

    with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as opened:
        assert opened.execute("SELECT url FROM endpoints").fetchall() == [(told,)]


def test_a_second_start_in_the_same_folder_says_that_it_runs_already(atoll: Installation) -> None:
    said = refused(atoll.settings)

    assert f"Atoll is already running in this folder (process {atoll.process.pid}): stop it" in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_named_with_one_that_is_free(atoll: Installation, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var", port=free_ports())
    with socket.create_server(("127.0.0.1", settings.port + 2)):
        said = refused(settings)

    assert f"Port {settings.port + 2} (billing) is taken by another program" in said
    assert "ATOLL_PORT=" in said
    assert "Traceback" not in said


def test_a_process_that_is_killed_is_started_again(atoll: Installation) -> None:
    (mailbox,) = [member for member in atoll.members() if member.cmdline()[-1] == "mailbox"]

    mailbox.kill()
    mailbox.wait(5)

    assert wait_for(lambda: atoll.healthy() == EVERYBODY, 20)
    assert "mailbox was ended by signal 9; it is started again" in atoll.said


def test_a_verb_finds_the_installation_that_is_running(atoll: Installation) -> None:
    environment = os.environ | {"ATOLL_VAR": str(atoll.settings.var)}
    shown = subprocess.run(
        [sys.executable, "-m", "command", "events"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "timeline" in shown.stdout
    assert shown.stderr == ""


def test_two_installations_run_side_by_side(atoll: Installation, tmp_path: Path) -> None:
    with installation(tmp_path / "var", "--no-demo") as other:
        other.wait_until_ready()
        assert (other.healthy(), atoll.healthy()) == (EVERYBODY, EVERYBODY)

        began = time.monotonic()
        assert other.stop(signal.SIGINT) == 0
        assert time.monotonic() - began < 10
        assert other.members() == []

    assert atoll.healthy() == EVERYBODY


def test_killed_with_kill_9_it_leaves_nothing_and_starts_again_in_seconds(atoll: Installation) -> None:
    before = atoll.members()
    atoll.process.kill()
    atoll.process.wait()

    began = time.monotonic()
    again = launch(atoll.settings)
    again.wait_until_ready()

    # A machine that is busy with the rest of the suite is given more, by as much as it is busy.
    assert time.monotonic() - began < 10 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert psutil.wait_procs(before, timeout=5)[1] == []
    assert again.healthy() == EVERYBODY

    began = time.monotonic()
    assert again.stop() == 0
    assert time.monotonic() - began < 10
    assert again.members() == []
