"""The mail box of ``make up``: mail comes in over SMTP, lies under ``var/mail``, and is shown on a page."""

import logging
import signal
import threading
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, Response, abort, render_template, request
from werkzeug.serving import make_server

from kernel import clock
from kernel.config import Settings
from kernel.ids import new_id

KEPT = 1000  # mails; older ones go
A_ROUND = 100  # mails received between two looks at how many there are
SHOWN = 200
SIZE_LIMIT = 20 * 1024 * 1024  # bytes
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail may show itself and what it carries along; it runs nothing and fetches nothing.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
)
LOOPBACK = {"127.0.0.1", "localhost"}


class Mail:
    """One mail as it was received; its file's name is its id, and sorts by time."""

    def __init__(self, path: Path) -> None:
        self.id = path.stem
        self.received_at = datetime.fromtimestamp(path.stat().st_mtime, tz=clock.now().tzinfo)
        self._message = message_from_bytes(path.read_bytes(), policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self._message.get("Subject", ""))

    @property
    def sender(self) -> str:
        return str(self._message.get("From", ""))

    @property
    def recipients(self) -> str:
        return str(self._message.get("To", ""))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self._message.items()]

    def part(self, kind: str) -> str | None:
        """Return the ``plain`` or the ``html`` body, if the mail has one."""
        body = self._message.get_body((kind,))
        return None if body is None else str(body.get_content())


class MailFolder:
    """The folder of received mails, newest last by name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._since_cleared = 0
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, content: bytes) -> None:
        half = self._path / f"{new_id()}.half"
        half.write_bytes(content)
        half.rename(half.with_suffix(".eml"))
        self._since_cleared += 1
        if self._since_cleared >= A_ROUND:
            self._clear()

    def _clear(self) -> None:
        self._since_cleared = 0
        for old in self._paths()[KEPT:]:
            old.unlink(missing_ok=True)

    def newest(self) -> list[Mail]:
        return [Mail(path) for path in self._paths()[:SHOWN]]

    def find(self, mail_id: str) -> Mail:
        found = next((path for path in self._paths() if path.stem == mail_id), None)
        if found is None:
            abort(404)
        return Mail(found)

    def _paths(self) -> list[Path]:
        return sorted(self._path.glob("*.eml"), reverse=True)


class Receiver:
    """What aiosmtpd calls for each mail."""

    def __init__(self, folder: MailFolder) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._folder.keep(cast("bytes", envelope.original_content))
        return "250 Kept"


def create_app(folder: MailFolder, *, only_loopback: bool) -> Flask:
    """Return the page that lists the mails and shows one."""
    app = Flask("sandbox", template_folder="templates/mailbox", static_folder="static", root_path=str(HERE))

    @app.before_request
    def refuse_other_names() -> None:
        # A name of somebody else's that points to this machine must not read the mail.
        if only_loopback and request.host.partition(":")[0] not in LOOPBACK:
            abort(400)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @app.get("/")
    def inbox() -> str:
        return render_template("inbox.html", mails=folder.newest())

    @app.get("/mails/<mail_id>")
    def mail(mail_id: str) -> str:
        return render_template("mail.html", mail=folder.find(mail_id))

    @app.get("/mails/<mail_id>/html")
    def html(mail_id: str) -> Response:
        body = folder.find(mail_id).part("html") or ""
        response = Response(f'<base target="_blank">{body}', content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        return response

    @app.get("/healthz")
    @app.get("/readyz")
    def health() -> Response:
        return Response("ok\n", content_type="text/plain")

    return app


HERE = Path(__file__).resolve().parent


def run(settings: Settings) -> None:
    """Receive and show mails until a signal says stop."""
    folder = MailFolder(settings.var / "mail")
    smtp_port = settings.smtp_address[1]
    smtp = Controller(
        Receiver(folder),
        hostname=settings.bind,
        port=smtp_port,
        data_size_limit=SIZE_LIMIT,
        server_hostname="atoll",
    )
    app = create_app(folder, only_loopback=settings.bind in LOOPBACK)
    page = make_server(settings.bind, settings.port + 5, app, threaded=True)
    # From another thread: shutdown() waits for the loop that this handler interrupts.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=page.shutdown).start())
    # A line for each page looked at says nothing.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    smtp.start()
    try:
        page.serve_forever()
    finally:
        smtp.stop()
