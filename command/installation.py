"""Which Atoll a verb works on: the one in the environment, the one running here, or the one lying here."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import structlog
from pydantic import SecretStr

from command.keys import with_secrets
from command.settings import read_settings
from kernel import embedded
from kernel.config import Settings


@contextmanager
def installation() -> Iterator[Settings]:
    """Give complete settings; the embedded servers are started, and ended, when none is running."""
    keep_output_clean()
    try:
        with _reachable(with_secrets(read_settings())) as settings:
            yield settings
    except embedded.CannotStart as reason:
        raise click.ClickException(str(reason)) from reason


def keep_output_clean() -> None:
    """Log warnings only, and to standard error: what a verb prints may be read by a program."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def _reachable(settings: Settings) -> Iterator[Settings]:
    if is_external(settings):
        yield settings
        return
    running = embedded.running(settings.var)
    if running is not None:
        yield with_addresses(settings, running.database_url, running.redis_url)
        return
    own = start_embedded(settings)
    try:
        yield with_addresses(settings, own.database_url, own.redis_url)
    finally:
        own.stop()


def is_external(settings: Settings) -> bool:
    """Whether both servers are given."""
    return bool(settings.database_url.get_secret_value() and settings.redis_url.get_secret_value())


def start_embedded(settings: Settings) -> embedded.Embedded:
    """Start those of the two servers that were not given."""
    return embedded.start(
        settings.var,
        postgres=not settings.database_url.get_secret_value(),
        redis=not settings.redis_url.get_secret_value(),
    )


def with_addresses(settings: Settings, database_url: str, redis_url: str) -> Settings:
    """Return the settings with the addresses that were not given."""
    return settings.model_copy(
        update={
            "database_url": SecretStr(settings.database_url.get_secret_value() or database_url),
            "redis_url": SecretStr(settings.redis_url.get_secret_value() or redis_url),
        }
    )
