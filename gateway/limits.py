"""How often something may be tried, counted in Redis for all processes together."""

import time
import unicodedata
from hashlib import sha256
from ipaddress import IPv6Network, ip_address

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import Redis

from kernel.config import Settings
from kernel.errors import N_, TooMany

TOO_OFTEN = N_("That was too often. Please wait %(seconds)s seconds and try again.")


class Limits:
    """Named limits, e.g. ``sign-in of an address``; each is counted by itself."""

    def __init__(self, redis: "Redis[bytes]", settings: Settings) -> None:
        storage = RedisStorage("redis://", connection_pool=redis.connection_pool)
        self._counter = FixedWindowRateLimiter(storage)
        self.sign_in = parse(settings.sign_in_limit)
        self.api = parse(settings.api_limit)
        self.links = parse(settings.links_limit)
        self.webhooks = parse(settings.webhooks_limit)

    def spend(self, limit: RateLimitItem, *names: str) -> None:
        """Count one try. Raises TooMany once there are none left."""
        if not self._counter.hit(limit, *names):
            raise self._refusal(limit, *names)

    def check(self, limit: RateLimitItem, *names: str) -> None:
        """Count nothing. Raises TooMany if there are none left."""
        if not self._counter.test(limit, *names):
            raise self._refusal(limit, *names)

    def _refusal(self, limit: RateLimitItem, *names: str) -> TooMany:
        resets_at = self._counter.get_window_stats(limit, *names).reset_time
        seconds = max(1, round(resets_at - time.time()))
        return TooMany(TOO_OFTEN, seconds=seconds, retry_after=seconds)


def subscriber(address: str) -> str:
    """Return what the limits count as one address: an IPv4 address, or the /64 around an IPv6 one.

    Every IPv6 subscriber has at least a /64 to himself (RFC 6177), so single addresses limit nobody.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 4 or known.ipv4_mapped:
        return str(known if known.version == 4 else known.ipv4_mapped)
    return str(IPv6Network((int(known), 64), strict=False))


def spelling(login: str) -> str:
    """Return what every spelling of a login that names the same account shares, as a hash."""
    return sha256(unicodedata.normalize("NFKC", login.strip()).casefold().encode()).hexdigest()


def install_limits(app: Flask, redis: "Redis[bytes]", settings: Settings) -> None:
    app.extensions["limits"] = Limits(redis, settings)


def limits() -> Limits:
    """Return the limits of this application."""
    counted: Limits = current_app.extensions["limits"]
    return counted
