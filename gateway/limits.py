"""How often something may be tried, counted in Redis for all processes together."""

import time

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


def install_limits(app: Flask, redis: "Redis[bytes]", settings: Settings) -> None:
    app.extensions["limits"] = Limits(redis, settings)


def limits() -> Limits:
    """Return the limits of this application."""
    counted: Limits = current_app.extensions["limits"]
    return counted
