"""The embedded servers: real ones, in awkward folders, after every way of dying."""

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from kernel import embedded
from kernel.embedded.folder import sentence_of
from kernel.embedded.launch import CAP_DAC_OVERRIDE
from kernel.embedded.process import Runner, _is_open

ROOT = Path(__file__).resolve().parents[2]
START_AND_WAIT = """
import sys, signal
from pathlib import Path
from kernel import embedded
servers = embedded.start(Path(sys.argv[1]))
print(servers.database_url, flush=True)
signal.pause()
"""


@pytest.fixture
def start_elsewhere(tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start the servers from a process of its own, which can then be killed; gives its database's URL."""
    started: list[subprocess.Popen[str]] = []

    def start(var: Path, user: int | None = None) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-c", START_AND_WAIT, str(var)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            user=user,
            group=user,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.wait()
        gone(tmp_path)


def servers_of(var: Path) -> list[psutil.Process]:
    """Return the processes whose command line names the folder."""
    return [
        p
        for p in psutil.process_iter(["cmdline"])
        if any(str(var) in part for part in p.info["cmdline"] or ())
    ]


def gone(var: Path) -> bool:
    """Whether every server of the folder ends within ten seconds."""
    _, alive = psutil.wait_procs(servers_of(var), timeout=10)
    return not alive


def test_both_answer_in_a_folder_whose_path_is_too_long_for_a_socket(tmp_path: Path) -> None:
    servers = embedded.start(tmp_path / ("long" * 40), durable=False)

    with psycopg.connect(servers.database_url) as connection:
        version = connection.execute("SHOW server_version_num").fetchone()
    with Redis.from_url(servers.redis_url) as client:
        policy = client.config_get("maxmemory-policy")
    servers.stop()

    assert version is not None
    assert int(version[0]) >= 150_000
    assert policy == {"maxmemory-policy": "noeviction"}
    assert gone(tmp_path)


def test_redis_asks_for_its_password(tmp_path: Path) -> None:
    servers = embedded.start(tmp_path, durable=False, postgres=False)
    port = servers.redis_url.rpartition(":")[2].partition("/")[0]

    with Redis(port=int(port)) as client, pytest.raises(Exception, match=r"authenticated|Authentication"):
        client.ping()
    servers.stop()


def test_both_die_with_a_starter_that_is_killed(
    tmp_path: Path, start_elsewhere: Callable[..., tuple[subprocess.Popen[str], str]]
) -> None:
    starter, url = start_elsewhere(tmp_path)
    assert url
    redis = next(p for p in psutil.Process(starter.pid).children() if p.name() == "redis-server")

    starter.kill()

    assert psutil.wait_procs([redis], timeout=10)[1] == []
    assert gone(tmp_path)


def test_what_was_written_survives_kill_9_of_everything(
    tmp_path: Path, start_elsewhere: Callable[..., tuple[subprocess.Popen[str], str]]
) -> None:
    starter, url = start_elsewhere(tmp_path)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    for child in psutil.Process(starter.pid).children(recursive=True):
        child.kill()
    starter.kill()
    servers = embedded.start(tmp_path, durable=False)

    with psycopg.connect(servers.database_url) as connection:
        kept = connection.execute("SELECT one FROM kept").fetchall()
    servers.stop()
    assert kept == [(1,)]


def test_a_pid_file_that_names_somebody_else_is_no_hindrance(tmp_path: Path) -> None:
    embedded.start(tmp_path, durable=False, redis=False).stop()
    (tmp_path / "postgres" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{tmp_path}/postgres\n", encoding="ascii"
    )

    servers = embedded.start(tmp_path, durable=False, redis=False)
    servers.stop()

    assert psutil.pid_exists(os.getpid())


def test_a_first_start_that_broke_off_is_done_again(tmp_path: Path) -> None:
    half = tmp_path / "postgres.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n", encoding="ascii")

    servers = embedded.start(tmp_path, durable=False, redis=False)
    with psycopg.connect(servers.database_url) as connection:
        one = connection.execute("SELECT 1").fetchone()
    servers.stop()

    assert one == (1,)
    assert not half.exists()


def test_a_second_start_in_the_same_folder_is_refused_and_says_who_runs_there(tmp_path: Path) -> None:
    servers = embedded.start(tmp_path, durable=False, postgres=False)

    with pytest.raises(embedded.CannotStart, match=rf"already running.*process {os.getpid()}.*ATOLL_VAR"):
        embedded.start(tmp_path, durable=False)
    servers.stop()


def test_the_addresses_can_be_found_while_they_hold(tmp_path: Path) -> None:
    servers = embedded.start(tmp_path, durable=False, postgres=False)
    found = embedded.running(tmp_path)
    servers.stop()

    assert found == embedded.Running(database_url="", redis_url=servers.redis_url)
    assert embedded.running(tmp_path) is None


def test_data_of_another_postgresql_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n", encoding="ascii")

    with pytest.raises(embedded.CannotStart, match=r"made by PostgreSQL 16 and this is 18"):
        embedded.start(tmp_path)

    assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["PG_VERSION"]


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", encoding="ascii")

    with pytest.raises(embedded.CannotStart, match="is not a folder: move it away, or set ATOLL_VAR"):
        embedded.start(tmp_path / "var")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "There is no room left on the disk"),
        (errno.EDQUOT, "There is no room left on the disk"),
        (errno.EROFS, "cannot be written to by this user"),
        (errno.EACCES, "cannot be written to by this user"),
        (errno.EIO, "cannot be used"),
    ],
)
def test_what_a_disk_refuses_is_said_in_a_sentence_with_a_remedy(number: int, said: str) -> None:
    sentence = sentence_of(OSError(number, os.strerror(number)), Path("/srv/atoll"))

    assert said in sentence
    assert "/srv/atoll" in sentence
    assert "set ATOLL_VAR to another folder." in sentence


if os.geteuid() == 0:

    def test_root_steps_down_and_its_closed_folders_stay_closed(tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)

        servers = embedded.start(closed / "var", durable=False, redis=False)
        (postgres,) = (p for p in servers_of(closed / "var") if p.ppid() == os.getpid())
        uids = postgres.uids()
        servers.stop()

        assert 0 not in uids
        assert closed.stat().st_mode & 0o777 == 0o700

    if _is_open(Path(sys.executable).resolve()):

        def test_an_ordinary_user_starts_both_too(
            tmp_path: Path, start_elsewhere: Callable[..., tuple[subprocess.Popen[str], str]]
        ) -> None:
            for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
                folder.chmod(0o755)
            os.chown(tmp_path, 65534, 65534)

            _, url = start_elsewhere(tmp_path / "var", user=65534)

            assert url.startswith("postgresql://")
            assert {p.uids().real for p in servers_of(tmp_path / "var")} == {65534}


if os.geteuid() == 0:

    def test_root_takes_over_what_an_ordinary_user_began_and_what_it_copied_itself(tmp_path: Path) -> None:
        embedded.start(tmp_path / "var", durable=False, redis=False).stop()
        data = tmp_path / "var" / "postgres"
        for owner in (65534, 0):
            for path in (data, *data.rglob("*")):
                os.chown(path, owner, owner)

            servers = embedded.start(tmp_path / "var", durable=False, redis=False)
            with psycopg.connect(servers.database_url) as connection:
                one = connection.execute("SELECT 1").fetchone()
            servers.stop()

            assert one == (1,)
            assert data.stat().st_uid != 0

    def test_who_steps_down_may_walk_through_closed_folders_and_nothing_else(tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        (closed / "file").write_text("", encoding="ascii")
        look = (
            "import os, sys; "
            "print(os.getuid(), os.access(sys.argv[1], os.R_OK), open('/proc/self/status').read())"
        )
        program = [sys.executable, "-c", look, str(closed / "file")]

        seen = subprocess.run(
            Runner(uid=65534, gid=65534, reach=True).command(program, signal.SIGTERM),
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

        assert seen.startswith("65534 True ")
        assert re.findall(r"Cap(?:Prm|Eff|Amb):\s+(\w+)", seen) == [f"{1 << CAP_DAC_OVERRIDE:016x}"] * 3
