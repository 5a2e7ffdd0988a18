"""Send a message: with no transaction open, and never a third copy; ``services.customers.mail.sending``."""

from kernel.auth import Identity
from kernel.config import Settings
from kernel.database import Database, UnitOfWork
from kernel.work import Claim, Performer, Result
from services.customers.mail import attachments, sending
from services.customers.models import Mail
from worker.invoices import drawn
from worker.letters import NoAddress, compose, deliverable
from worker.mailer import AddressRefused, Conversation, Mailer, NotTaken, Uncertain

HANDS = 3  # who send at once
DELAYS = (15, 60, 300, 900, 3600, 10_800, 21_600, 43_200)
"""Seconds; a server that wants to be asked again (greylisting) is, and one that is away for a day too."""


def mail_performer(settings: Settings) -> Performer:
    """Return the performer of mail, for the mail server in the settings."""
    return Performer(
        kind="mail",
        home="customers",
        model=Mail,
        perform=Sender(settings, Mailer(settings), Database.of(settings, "billing", pool_size=HANDS)),
        delays=DELAYS,
    )


class Sender:
    """Sends one message, and writes down what became of it."""

    def __init__(self, settings: Settings, mailer: Mailer, billing: Database) -> None:
        self._settings, self._mailer, self._billing = settings, mailer, billing

    def __call__(self, home: Database, mine: Claim) -> Result:
        attempt = _Attempt(home, mine)
        try:
            self._make_files(home, mine)
            with self._mailer.conversation() as talk:
                answer = self._send(attempt, talk)
        except (sending.NotToBeSent, attachments.AttachmentTooLarge) as reason:
            return Result("dead", str(reason))
        except (AddressRefused, NoAddress) as refusal:
            return attempt.refused(str(refusal))
        except NotTaken as reason:
            return attempt.again(str(reason))
        except Uncertain as reason:
            return attempt.again(str(reason), may_be_out=True)
        return attempt.sent(answer)

    def _make_files(self, home: Database, mine: Claim) -> None:
        """Make what goes with the message and is not made yet, before anybody is called."""
        worker = Identity.worker(mine.network_id)
        with home.unit_of_work(worker) as uow:
            unmade = attachments.unmade(uow, mine.id)
        for one in unmade:
            content = drawn(self._billing, home, mine.network_id, one.source_id)
            with home.unit_of_work(worker) as uow:
                attachments.keep(uow, one.id, content)

    def _send(self, attempt: "_Attempt", talk: Conversation) -> str:
        letter = attempt.take_up()
        to = deliverable(letter.mail.to)
        return talk.hand_over(
            compose(letter, self._settings, to=to),
            sender=self._settings.mail_from,
            recipient=to,
            about_to_end=attempt.about_to_end,
        )


class _Attempt:
    """What one attempt writes, each in a short transaction of its own."""

    def __init__(self, home: Database, mine: Claim) -> None:
        self._home, self._mine = home, mine
        self._worker = Identity.worker(mine.network_id)
        self._is_counted = False

    def take_up(self) -> sending.Letter:
        with self._home.unit_of_work(self._worker) as uow:
            return sending.take_up(uow, self._mine)

    def about_to_end(self) -> None:
        with self._home.unit_of_work(self._worker) as uow:
            sending.about_to_end(uow, self._mine)
        self._is_counted = True

    def sent(self, answer: str) -> Result:
        with self._home.unit_of_work(self._worker) as uow:
            sending.note_sent(uow, self._mine, answer)
        return Result("done")

    def refused(self, answer: str) -> Result:
        with self._home.unit_of_work(self._worker) as uow:
            self._put_count_right(uow)
            sending.note_refused(uow, self._mine, answer)
        return Result("dead", answer, is_written=True)

    def again(self, answer: str, *, may_be_out: bool = False) -> Result:
        with self._home.unit_of_work(self._worker) as uow:
            if not may_be_out:
                self._put_count_right(uow)
            sending.note_answer(uow, self._mine, answer)
        return Result("later", answer)

    def _put_count_right(self, uow: UnitOfWork) -> None:
        if self._is_counted:
            sending.take_back(uow, self._mine)
