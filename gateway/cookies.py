"""How our cookies are named and kept: over TLS everywhere but under ``localhost``."""

from flask import current_app

from gateway.hosts import arrived


def is_secure() -> bool:
    """Whether cookies go over TLS only: always, but for names that never leave this machine."""
    name = arrived().name
    is_local = name == "localhost" or name.endswith(".localhost")
    return bool(current_app.config["SESSION_COOKIE_SECURE"]) or not is_local


def cookie_name(name: str) -> str:
    """Return e.g. ``__Host-atoll-admin``; browsers refuse that prefix without TLS (RFC 6265bis)."""
    return f"__Host-atoll-{name}" if is_secure() else f"atoll-{name}"
