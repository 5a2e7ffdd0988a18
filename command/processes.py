"""The processes of an installation: what each is called, where it answers, what it is told."""

import re
from dataclasses import dataclass

from kernel.config import Settings

SHARED = ("VAR", "PORT", "BIND", "LOG_LEVEL", "DEADLINE", "METRICS_TOKEN")
SERVICE = (*SHARED, "DATABASE_URL", "DATABASE_PREFIX", "SECRET_KEY", "PUBLIC_KEYS")
WEB = ("CUSTOMERS_URL", "BILLING_URL", "SITES_URL", "HTTPS", "TRUSTED_PROXIES", "PUBLIC_PORT")
LIMITS = ("SIGN_IN_LIMIT", "API_LIMIT", "LINKS_LIMIT", "WEBHOOKS_LIMIT")
GATEWAY = (*SHARED, *WEB, *LIMITS, "REDIS_URL", "SECRET_KEY", "GATEWAY_KEY")
MAIL = (
    "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_TLS", "SMTP_TIMEOUT",
    "MAIL_FROM", "MAILS_KEPT_DAYS",
)  # fmt: skip
BACKGROUND = (*SERVICE, *WEB, *MAIL, "REDIS_URL", "WORKER_KEY", "EVENTS_KEPT_DAYS")


@dataclass(frozen=True)
class Process:
    """``atoll <arguments>``, answering health checks on the port ``offset`` above the gateway's.

    ``told`` names the variables it gets; a secret that it does not need, it never sees. Only the
    owner of the databases gets their address with its user and password.
    """

    name: str
    arguments: tuple[str, ...]
    offset: int
    told: tuple[str, ...]
    other_ports: tuple[int, ...] = ()
    is_owner: bool = False

    def environment(self, settings: Settings) -> dict[str, str]:
        """Return the variables of ``told``, without those that are not set."""
        given = {name: _plain(getattr(settings, name.lower())) for name in self.told}
        if "SECRET_KEY" in given and "DATABASE_URL" not in given:
            # The passwords of the database's roles follow from the secret; who has no database gets another.
            given["SECRET_KEY"] = settings.role_password(self.name)
        if given.get("DATABASE_URL") and not self.is_owner:
            given["DATABASE_URL"] = without_user(given["DATABASE_URL"])
        return {f"ATOLL_{name}": value for name, value in given.items() if value}

    def ports(self, settings: Settings) -> list[int]:
        """Return every port it listens on, the one for health checks first."""
        return [settings.port + offset for offset in (self.offset, *self.other_ports)]


PROCESSES = (
    Process("mailbox", ("mailbox",), 5, SHARED, other_ports=(4,)),
    Process("payments", ("payments",), 8, SHARED),
    Process("customers", ("serve", "customers"), 1, SERVICE),
    Process("billing", ("serve", "billing"), 2, (*SERVICE, "PRETEND_PAYMENTS")),
    Process("sites", ("serve", "sites"), 3, SERVICE),
    Process("gateway", ("serve", "gateway"), 0, GATEWAY),
    Process("worker", ("worker",), 6, BACKGROUND),
    Process("bell", ("bell",), 7, BACKGROUND),
)


def without_user(url: str) -> str:
    """Return the address without user and password: each process signs in with a role of its own."""
    return re.sub(r"//[^/@]*@", "//", url, count=1)


def _plain(value: object) -> str:
    if value is None or value is False:
        return ""
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal() if reveal else value)
