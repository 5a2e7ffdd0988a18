"""The secrets of an installation that was given none: made once, kept in ``var/keys`` for its owner alone."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import click
from pydantic import SecretStr

from kernel.auth import key_set, new_key
from kernel.config import Settings
from kernel.embedded.folder import in_a_sentence


def with_secrets(settings: Settings) -> Settings:
    """Return the settings with each missing secret read from ``var/keys``, where it is made first."""
    if all(getattr(settings, name) for name in ("secret_key", "gateway_key", "worker_key", "public_keys")):
        return settings
    folder = settings.var / "keys"
    with in_a_sentence(settings.var):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = settings.secret_key.get_secret_value() or kept(folder / "secret", secrets.token_urlsafe)
        gateway = settings.gateway_key.get_secret_value() or kept(folder / "gateway.json", _new("gateway-1"))
        worker = settings.worker_key.get_secret_value() or kept(folder / "worker.json", _new("worker-1"))
    filled = {
        "secret_key": SecretStr(secret),
        "gateway_key": SecretStr(gateway),
        "worker_key": SecretStr(worker),
        "public_keys": settings.public_keys or key_set(public_part(gateway), public_part(worker)),
    }
    return settings.model_copy(update=filled)


@click.command()
def keys() -> None:
    """Print new secrets, as lines for a .env file or a secret store. Nothing is written."""
    gateway, worker = new_key("gateway-1"), new_key("worker-1")
    click.echo(f"ATOLL_SECRET_KEY={secrets.token_urlsafe()}")
    click.echo(f"ATOLL_GATEWAY_SECRET={secrets.token_urlsafe()}")
    click.echo(f"ATOLL_GATEWAY_KEY='{gateway[0]}'")
    click.echo(f"ATOLL_WORKER_KEY='{worker[0]}'")
    click.echo(f"ATOLL_PUBLIC_KEYS='{key_set(gateway[1], worker[1])}'")
    click.echo(f"POSTGRES_PASSWORD={secrets.token_urlsafe()}")


def kept(path: Path, make: Callable[[], str]) -> str:
    """Return what the file says; made and written first when there is none, whole or not at all."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        made = make()
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(made)
    half.rename(path)
    return made


def public_part(private: str) -> str:
    """Return the public JWK of a private one, both as JSON."""
    key = json.loads(private)
    return json.dumps({name: value for name, value in key.items() if name != "d"})


def _new(kid: str) -> Callable[[], str]:
    return lambda: new_key(kid)[0]
