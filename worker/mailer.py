"""Handing messages to the mail server: SMTP, with TLS as configured, on connections that are used again."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from kernel.config import Settings

IDLE = 20.0  # seconds that a connection is kept for the next message
A_CONNECTION = 100  # messages; many servers end a connection after so many
ANSWERS_WITHIN = 45.0  # seconds after the message ended; less than the lease that is held for it
LONGEST = 500  # characters of an answer
TAKEN = range(200, 300)
GO_ON = 354

OUR_FAULT = {500, 501, 502, 503, 504, 530, 534, 535, 538}
"""Refusals of our commands or our login (RFC 5321, 4954), whoever the message is for."""
THEIR_FAULT = re.compile(r"5\.(1\.(?![78]\b)|2\.)")
"""Enhanced codes (RFC 3463) of a recipient's address or mailbox; 5.1.7 and 5.1.8 are about the sender."""
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


class NotTaken(Exception):
    """The server certainly has no copy; it, the network or our own settings may heal. Says the answer."""


class AddressRefused(NotTaken):
    """The server says that nobody gets mail at this address, now or later."""


class Uncertain(Exception):
    """The message was ended and no answer came: the server may have a copy."""


class Conversation:
    """One connection to the mail server, for one message at a time."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp
        self._used_at = monotonic()
        self._messages = 0

    @property
    def is_good_for_more(self) -> bool:
        """Whether the server still answers, and would not rather begin anew."""
        if self._messages >= A_CONNECTION or monotonic() - self._used_at > IDLE:
            return False
        try:
            return self.smtp.noop()[0] in TAKEN
        except OSError:
            return False

    def hand_over(
        self, content: bytes, *, sender: str, recipient: str, about_to_end: Callable[[], None]
    ) -> str:
        """Give the server a message, and return what it says when it has it.

        ``about_to_end`` is called when all but the last line, which makes the server take the message,
        has been sent. Raises NotTaken, AddressRefused, Uncertain, and what ``about_to_end`` raises.
        """
        options = ["SMTPUTF8", "BODY=8BITMIME"] if not recipient.isascii() else []
        with _certainly_not_taken():
            if options and not self.smtp.has_extn("smtputf8"):
                raise AddressRefused("The mail server takes no addresses with letters outside ASCII.")
            self._expect(*self.smtp.mail(sender, options), is_about_us=True)
            self._expect(*self.smtp.rcpt(recipient))
            self._expect(*self.smtp.docmd("DATA"), is_about_us=True)
            self.smtp.send(dotted(content))
        about_to_end()
        return self._end()

    def _end(self) -> str:
        try:
            if self.smtp.sock is not None:
                self.smtp.sock.settimeout(ANSWERS_WITHIN)
            self.smtp.send(b".\r\n")
            code, said = self.smtp.getreply()
        except OSError as reason:
            raise Uncertain(_sentence(reason)) from reason
        if code < TAKEN.start:
            raise Uncertain(_said(code, said))
        self._expect(code, said)
        self._used_at, self._messages = monotonic(), self._messages + 1
        return _said(code, said)

    @staticmethod
    def _expect(code: int, said: bytes, *, is_about_us: bool = False) -> None:
        if code in TAKEN or code == GO_ON:
            return
        answer = _said(code, said)
        raise AddressRefused(answer) if not is_about_us and blames_address(code, answer) else NotTaken(answer)


class Mailer:
    """The mail server as the workers of a process see it; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[Conversation] = []
        self._lock = Lock()

    @contextmanager
    def conversation(self) -> Iterator[Conversation]:
        """Give a connection that answers, new or used; kept for the next message when all went well.

        Raises NotTaken when there is none. After an error it is closed as it is: a message that was
        not ended stays so.
        """
        with _certainly_not_taken():
            talk = self._take() or Conversation(self._connect())
        try:
            yield talk
        except BaseException:
            talk.smtp.close()
            raise
        with self._lock:
            self._idle.append(talk)

    def close(self) -> None:
        """Close the connections that are kept."""
        with self._lock:
            kept, self._idle = self._idle, []
        for talk in kept:
            talk.smtp.close()

    def _take(self) -> Conversation | None:
        """Return a kept connection that still answers."""
        while True:
            with self._lock:
                talk = self._idle.pop() if self._idle else None
            if talk is None:
                return None
            if talk.is_good_for_more:
                return talk
            talk.smtp.close()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        tls = ssl.create_default_context()
        if settings.smtp_tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                *settings.smtp_address, timeout=settings.smtp_timeout, context=tls
            )
        else:
            smtp = smtplib.SMTP(*settings.smtp_address, timeout=settings.smtp_timeout)
        if smtp.sock is not None:
            # The dot goes by itself; without this it waits for the far end to say that it has the rest.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if settings.smtp_tls == "starttls":
                smtp.starttls(context=tls)
            smtp.ehlo_or_helo_if_needed()
            if settings.smtp_user:
                smtp.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        except BaseException:
            smtp.close()
            raise
        return smtp


def blames_address(code: int, answer: str) -> bool:
    """Whether a refusal is for good and about the recipient, not about us.

    The enhanced code decides where there is one; else a 5xx blames the address unless it is one of
    those that are about our commands and our login.
    """
    if not 500 <= code < 600:
        return False
    enhanced = ENHANCED.search(answer)
    return bool(THEIR_FAULT.match(enhanced[0])) if enhanced else code not in OUR_FAULT


def dotted(content: bytes) -> bytes:
    """Return a message as it stands after DATA: lines that begin with a dot get another (RFC 5321, 4.5.2)."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended)


@contextmanager
def _certainly_not_taken() -> Iterator[None]:
    """Before the message was ended, whatever goes wrong leaves no copy."""
    try:
        yield
    except (OSError, ValueError) as reason:
        raise NotTaken(_sentence(reason)) from reason


def _said(code: int, said: bytes) -> str:
    return f"{code} {' '.join(said.decode('utf-8', 'replace').split())}"[:LONGEST]


def _sentence(reason: Exception) -> str:
    """Return what went wrong; smtplib keeps the server's answer in two fields."""
    if isinstance(reason, smtplib.SMTPResponseException):
        said = reason.smtp_error
        return _said(reason.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    return f"{type(reason).__name__}: {reason}"[:LONGEST]
