"""A worker is killed while it sends: at least one copy arrives, at most two, and nothing is left undone.

The broken twins are what the same checks are there to notice: one counts no copies, the other
notes the message as sent before it is.
"""

import random
import signal
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database
from kernel.work import Performer, due, perform
from services.customers.mail import sending
from services.customers.models import Mail
from tests.background import CONTEXT, fork, wait_until
from tests.chaos.deaths import die, then_die
from tests.mail_server import MailServer, running_mail_server
from tests.mailing import found_network, read, write
from worker.mailer import Conversation, Mailer
from worker.performers.mail import Sender, mail_performer

LEASE = timedelta(seconds=1)
CHANCE = random.Random()


@dataclass(frozen=True)
class Post:
    """Who writes, and the server that takes; ``settings`` are those of a worker who sends there."""

    settings: Settings
    database: Database
    owner: Identity
    server: MailServer
    log: Path

    def write(self, number: int = 1) -> list[UUID]:
        return [write(self.database, self.owner, link="").id for _ in range(number)]

    def row(self, mail_id: UUID) -> Mail:
        return read(self.database, self.owner, mail_id)

    def copies(self, mail_id: UUID) -> int:
        return self.server.copies[f"<{mail_id}@atoll.localhost>"]


@pytest.fixture
def post(settings, databases, owner, tmp_path) -> Iterator[Post]:
    found_network(databases["customers"], owner)
    with running_mail_server() as server:
        yield Post(server.settings(settings), databases["customers"], owner, server, tmp_path / "log")


def performer_of(settings: Settings) -> Performer:
    return replace(mail_performer(settings), lease=LEASE, delays=[0.1] * 50)


def end_then_die(smtp: smtplib.SMTP, sent: Any, *, send: Callable[..., None] = smtplib.SMTP.send) -> None:
    send(smtp, sent)
    if sent == b".\r\n":
        die()


def data_is_deadly(smtp: smtplib.SMTP, *said: Any, docmd: Any = smtplib.SMTP.docmd) -> Any:
    return die() if said[0] == "DATA" else docmd(smtp, *said)


POINTS: dict[str, tuple[object, str, Callable[..., Any]]] = {
    "before the connection": (Mailer, "_connect", die),
    "before the contents": (smtplib.SMTP, "docmd", data_is_deadly),
    "before the count": (sending, "about_to_end", die),
    "in the transaction of the count": (sending, "about_to_end", then_die(sending.about_to_end)),
    "before the dot": (Conversation, "_end", die),
    "after the dot": (smtplib.SMTP, "send", end_then_die),
    "after the answer": (sending, "note_sent", die),
    "in the transaction of the answer": (sending, "note_sent", then_die(sending.note_sent)),
    "after the transaction of the answer": (Sender, "__call__", then_die(Sender.__call__)),
}


def count_nothing(*_: object) -> None:
    """Broken: nobody remembers that a copy may be out."""


def note_before(sender: Sender, home: Database, mine: Any, *, send: Any = Sender.__call__) -> Any:
    """Broken: the message is noted as sent, and then sent."""
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        sending.note_sent(uow, mine, "sent, soon")
    return send(sender, home, mine)


BROKEN: dict[str, tuple[object, str, Callable[..., Any]]] = {
    "": (sending, "LEASE", LEASE),  # type: ignore[dict-item]
    "counts no copies": (sending, "about_to_end", count_nothing),
    "notes before it sends": (Sender, "__call__", note_before),
}


def send_and_be_killed(settings: Settings, point: str, broken: str, mail_id: UUID) -> None:
    for where, name, what in (BROKEN[broken], POINTS[point]):
        setattr(where, name, what)
    perform(performer_of(settings), Database.of(settings, "customers"), mail_id)
    die()


def killed(post: Post, mail_id: UUID, point: str, *, broken: str = "") -> None:
    """Let a process that sends the message be killed at the point, once it is due."""
    wait_until(lambda: mail_id in due(performer_of(post.settings), post.database, 10_000))
    sender = fork(send_and_be_killed, post.settings, point, broken, mail_id, log=post.log)
    sender.join(30)
    assert sender.exitcode == -signal.SIGKILL


def sent_in_the_end(post: Post, mail_id: UUID) -> str:
    """Send on until nothing is left to do; return the state it ended in."""
    performer = performer_of(post.settings)

    def is_over() -> bool:
        perform(performer, post.database, mail_id)
        return post.row(mail_id).state in ("done", "dead")

    wait_until(is_over)
    return post.row(mail_id).state


@pytest.mark.parametrize(
    ("point", "copies"),
    [
        ("before the connection", 1),
        ("before the contents", 1),
        ("before the count", 1),
        ("in the transaction of the count", 1),
        ("before the dot", 1),
        ("after the dot", 2),
        ("after the answer", 2),
        ("in the transaction of the answer", 2),
        ("after the transaction of the answer", 1),
    ],
)
def test_one_or_two_copies_arrive_wherever_the_worker_is_killed(post, point, copies):
    [mail_id] = post.write()
    killed(post, mail_id, point)

    assert sent_in_the_end(post, mail_id) == "done"
    assert post.copies(mail_id) == copies


def test_killed_twice_after_the_dot_it_is_left_to_a_person(post):
    [mail_id] = post.write()
    for _ in range(2):
        killed(post, mail_id, "after the dot")

    assert sent_in_the_end(post, mail_id) == "dead"
    wait_until(lambda: post.copies(mail_id) == 2)
    assert "it may have both copies" in post.row(mail_id).last_error


def test_killed_often_before_the_count_costs_nothing(post):
    [mail_id] = post.write()
    for _ in range(4):
        killed(post, mail_id, "before the count")

    assert sent_in_the_end(post, mail_id) == "done"
    assert post.copies(mail_id) == 1


def test_a_worker_that_counts_no_copies_would_be_noticed(post):
    [mail_id] = post.write()
    for _ in range(3):
        killed(post, mail_id, "after the dot", broken="counts no copies")

    wait_until(lambda: post.copies(mail_id) == 3)


def test_a_worker_that_notes_before_it_sends_would_be_noticed(post):
    [mail_id] = post.write()
    killed(post, mail_id, "before the connection", broken="notes before it sends")

    assert (post.row(mail_id).state, post.copies(mail_id)) == ("done", 0)


def send_when_asked(settings: Settings, mail_id: UUID, ready: Any) -> None:
    sending.LEASE = LEASE
    database = Database.of(settings, "customers")
    with database.unit_of_work(Identity.worker(UUID(int=0))):
        ready.send("go")
    perform(performer_of(settings), database, mail_id)


def torn_from_a_worker(post: Post, mail_id: UUID, *, after: float) -> bool:
    """Kill whoever sends the message so many seconds after he began; True when he was still at it."""
    here, there = CONTEXT.Pipe()
    sender = fork(send_when_asked, post.settings, mail_id, there, log=post.log)
    here.recv()
    time.sleep(after)
    sender.kill()
    sender.join()
    return post.row(mail_id).state == "leased"


def usual_time(post: Post) -> float:
    """How long it takes to send a message, in seconds."""
    [first, second] = post.write(2)
    performer = performer_of(post.settings)
    perform(performer, post.database, first)
    began = time.monotonic()
    perform(performer, post.database, second)
    return time.monotonic() - began


@pytest.mark.parametrize("kills", [20, pytest.param(100, marks=pytest.mark.chaos)])
@pytest.mark.timeout(600)
def test_kills_in_the_middle_of_sending_lose_nothing_and_make_no_third_copy(post, kills):
    longest, torn, written = 2 * usual_time(post), 0, []
    while torn < kills and len(written) < 5 * kills:
        written += post.write()
        torn += torn_from_a_worker(post, written[-1], after=CHANCE.uniform(0, longest))

    ends = {sent_in_the_end(post, mail_id) for mail_id in written}
    copies = Counter(post.copies(mail_id) for mail_id in written)

    assert torn == kills
    assert ends == {"done"}
    assert set(copies) <= {1, 2}
    print(f"{torn} of {len(written)} messages torn from a worker, {copies[2]} arrived twice")  # noqa: T201
