"""A real SMTP server in the test's process, that can be told to refuse, to be silent and to hang up."""

import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kernel import clock
from kernel.config import Settings
from kernel.embedded.redis import free_port

HANG_UP = "hang up"
TAKE_AND_HANG_UP = "take and hang up"


class MailServer:
    """``answers`` holds what it says instead of yes, by verb: MAIL, RCPT or DATA.

    ``taken`` are the messages it has, ``rcpts`` to whom, in the order they came.
    """

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.taken: list[EmailMessage] = []
        self.rcpts: list[list[str]] = []
        self.connections = 0
        self.port = 0

    @property
    def copies(self) -> Counter[str]:
        """How many copies of each Message-ID it has."""
        return Counter(str(message["Message-ID"]) for message in self.taken)

    def settings(self, settings: Settings, **more: Any) -> Settings:
        """Return the settings of somebody who sends mail here."""
        return Settings.model_validate(
            settings.model_dump() | {"smtp_host": "127.0.0.1", "smtp_port": self.port, **more}
        )

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 2.1.0 Sender is fine")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient is fine"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.get("DATA", f"250 2.0.0 Kept as {len(self.taken) + 1}")
        if answer.startswith("250") or answer == TAKE_AND_HANG_UP:
            self.taken.append(message_from_bytes(envelope.original_content, policy=SMTPUTF8))  # type: ignore[arg-type]
            self.rcpts.append(list(envelope.rcpt_tos))
        if answer in (HANG_UP, TAKE_AND_HANG_UP):
            server.transport.abort()  # type: ignore[union-attr]
        return answer


class _Controller(Controller):
    def factory(self) -> SMTP:
        self.handler.connections += 1
        return super().factory()


@contextmanager
def running_mail_server(**options: Any) -> Iterator[MailServer]:
    """Run one; ``options`` are aiosmtpd's, e.g. ``tls_context``."""
    server = MailServer()
    server.port = free_port()
    controller = _Controller(server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=True, **options)
    controller.start()
    # The controller has knocked at its own door.
    server.connections = 0
    try:
        yield server
    finally:
        controller.stop()


def lets_in(user: str, password: str) -> dict[str, Any]:
    """Return the options of a server that wants a login."""

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, proof: Any) -> AuthResult:
        is_right = (proof.login, proof.password) == (user.encode(), password.encode())
        return AuthResult(success=is_right, handled=False)

    return {"authenticator": authenticate, "auth_required": True}


def certificate(folder: Path) -> Path:
    """Make a certificate of 127.0.0.1 that vouches for itself; key and certificate are in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def tls_context(file: Path) -> ssl.SSLContext:
    """Return how a server shows that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
