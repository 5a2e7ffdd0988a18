"""The mail of a network, really sent: to an SMTP server in the test's process."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from kernel.work import perform
from services.customers.models import LinkRequest, Mail
from tests.flows.world import World
from tests.mail_server import MailServer, running_mail_server
from worker.performers.link_requests import link_request
from worker.performers.mail import mail_performer

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Post:
    """Sends what waits, and reads it."""

    world: World
    server: MailServer

    def deliver(self) -> int:
        """Answer who asked for links, send every message that waits, and return how many were sent."""
        before = len(self.server.taken)
        for row_id in self._waiting(LinkRequest):
            perform(link_request, self.world.databases["customers"], row_id)
        performer = mail_performer(self.server.settings(self.world.stack.settings, smtp_timeout=5))
        for row_id in self._waiting(Mail):
            perform(performer, self.world.databases["customers"], row_id)
        return len(self.server.taken) - before

    def link(self, place: int = -1) -> str:
        """Return the link of a message, by default the latest."""
        body = self.server.taken[place].get_body(("plain",))
        assert body is not None
        found = LINK.search(body.get_content())
        assert found, body.get_content()
        return found.group()

    def _waiting(self, model: type[LinkRequest] | type[Mail]) -> list[object]:
        with self.world.databases["customers"].unit_of_work(self.world.command) as uow:
            return list(uow.session.scalars(select(model.id).where(model.state == "due")))


@contextmanager
def post_office(world: World) -> Iterator[Post]:
    with running_mail_server() as server:
        yield Post(world, server)
