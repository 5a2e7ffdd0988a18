"""What the environment says: one class, read when an application is built, never at import."""

from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every variable starts with ``ATOLL_``; ``.env.example`` lists them all and says what they do."""

    model_config = SettingsConfigDict(env_prefix="ATOLL_", extra="ignore", frozen=True)

    var: Path = Path("var")
    port: Annotated[int, Field(ge=1, le=65000)] = 8000
    bind: str = "127.0.0.1"

    database_url: SecretStr = SecretStr("")
    database_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")] = "atoll"
    redis_url: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")

    gateway_key: SecretStr = SecretStr("")
    worker_key: SecretStr = SecretStr("")
    public_keys: str = ""

    customers_url: str = ""
    billing_url: str = ""
    sites_url: str = ""
    deadline: Annotated[float, Field(gt=0, le=60)] = 3.0

    https: bool = False
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    public_port: int | None = None
    metrics_token: SecretStr = SecretStr("")
    sign_in_limit: str = "30 per minute"
    api_limit: str = "1200 per minute"
    links_limit: str = "5 per hour"
    webhooks_limit: str = "1200 per minute"

    pretend_payments: bool = False
    demo_password: SecretStr = SecretStr("")
    smtp_host: str = "127.0.0.1"
    smtp_port: int | None = None
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Annotated[Literal["none", "starttls", "tls"], Field(validate_default=True)] = "none"
    smtp_timeout: Annotated[float, Field(gt=0, le=30)] = 10.0
    mail_from: Annotated[str, Field(pattern=r"^[!-?A-~]+@[0-9A-Za-z.-]+$")] = "no-reply@atoll.localhost"
    mails_kept_days: Annotated[int, Field(ge=1)] = 180
    events_kept_days: Annotated[int, Field(ge=1)] = 730
    log_level: str = "INFO"

    @field_validator("smtp_tls")
    @classmethod
    def _hides_the_password(cls, tls: str, others: ValidationInfo) -> str:
        if tls == "none" and others.data.get("smtp_user"):
            raise ValueError("A user and password are only sent over TLS: choose starttls or tls")
        return tls

    def service_url(self, service: str) -> str:
        """Return where a service answers, e.g. ``http://127.0.0.1:8001``."""
        configured: str = getattr(self, f"{service}_url")
        offset = {"customers": 1, "billing": 2, "sites": 3}[service]
        return configured or f"http://127.0.0.1:{self.port + offset}"

    def origin(self, host: str) -> str:
        """Return the origin of one of our hosts as browsers reach it, e.g. ``http://admin.localhost:8000``."""
        scheme, usual = ("https", 443) if self.https else ("http", 80)
        port = self.public_port or (usual if self.https else self.port)
        return f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}"

    @property
    def smtp_address(self) -> tuple[str, int]:
        """Where mail is handed over; without a port, at the mail box of ``make up``."""
        return self.smtp_host, self.smtp_port or self.port + 4

    def role_password(self, role: str) -> str:
        """Return the password of a database role: derived, so that no second secret is kept."""
        return self.derived_key(f"database role {role}").hex()

    def derived_key(self, purpose: str) -> bytes:
        """Return 32 bytes that follow from the secret key, others for each purpose."""
        return digest(self._secret, purpose.encode(), sha256)

    @property
    def _secret(self) -> bytes:
        secret = self.secret_key.get_secret_value()
        if not secret:
            raise ValueError("ATOLL_SECRET_KEY is not set; `atoll up` makes one, production sets its own.")
        return secret.encode()
