"""What the environment says: one class, read when an application is built, never at import."""

from functools import cached_property
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
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

    demo_password: SecretStr = SecretStr("")
    smtp_host: str = "127.0.0.1"
    smtp_port: int | None = None
    events_kept_days: Annotated[int, Field(ge=1)] = 730
    log_level: str = "INFO"

    def service_url(self, service: str) -> str:
        """Return where a service answers, e.g. ``http://127.0.0.1:8001``."""
        configured: str = getattr(self, f"{service}_url")
        offset = {"customers": 1, "billing": 2, "sites": 3}[service]
        return configured or f"http://127.0.0.1:{self.port + offset}"

    def role_password(self, role: str) -> str:
        """Return the password of a database role: derived, so that no second secret is kept."""
        return digest(self._secret, f"database role {role}".encode(), sha256).hex()

    @cached_property
    def _secret(self) -> bytes:
        secret = self.secret_key.get_secret_value()
        if not secret:
            raise ValueError("ATOLL_SECRET_KEY is not set; `atoll up` makes one, production sets its own.")
        return secret.encode()
