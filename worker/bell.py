"""The bell process: hears what PostgreSQL notifies, watches the clock, and rings the worker.

It decides nothing and remembers nothing. While Redis is away it goes on; what could not be rung
is found again by the sweep.
"""

import signal
from collections.abc import Mapping
from functools import partial
from threading import Event, Thread

import psycopg
import structlog
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from kernel.config import Settings
from kernel.database import CHANNEL, SERVICES, Database, role_url
from kernel.events import Listener
from kernel.work import Kind
from services.customers.deletion.former import forget_former_customers
from services.sites.visits import end_expired_visits
from worker import broker
from worker.app import configure_logs
from worker.books import plan_books
from worker.health import serve_health, start
from worker.kinds import kinds as all_kinds
from worker.listeners import load_listeners
from worker.retention import clear_mails, clear_out
from worker.rings import Ring, Rings
from worker.schedule import Sweep, timetable

PORT = 7  # above the gateway's
GATHER = 0.05  # seconds between two rounds; what is notified meanwhile is rung once
PAUSE = 1.0  # seconds before PostgreSQL or Redis is tried again
FULL = 2_000  # messages; nobody seems to take them, and the rows keep

log = structlog.get_logger()


class Ear(Thread):
    """Listens to one database, through a connection of its own that it makes again when it breaks."""

    def __init__(self, settings: Settings, source: str, bell: "Bell") -> None:
        super().__init__(name=f"ear {source}", daemon=True)
        self._source, self._bell = source, bell
        url = role_url(settings, source, "runtime").set(drivername="postgresql")
        self._address = url.render_as_string(hide_password=False)
        self.is_listening = False

    def run(self) -> None:
        is_told = False
        while not self._bell.stopping.is_set():
            try:
                self._listen()
                is_told = False
            except psycopg.Error as reason:
                # A broken connection is news; that it is still broken a second later is not.
                if self.is_listening or not is_told:
                    log.warning("database away", source=self._source, reason=type(reason).__name__)
                self.is_listening, is_told = False, True
                self._bell.stopping.wait(PAUSE)

    def _listen(self) -> None:
        with psycopg.connect(
            self._address, autocommit=True, connect_timeout=3, application_name="atoll bell",
            keepalives_idle=20, keepalives_interval=5, keepalives_count=3,
        ) as connection:  # fmt: skip
            connection.execute(f"LISTEN {CHANNEL}")
            self.is_listening = True
            # Whatever was said while nobody listened.
            self._bell.hear(self._source, "events")
            while not self._bell.stopping.is_set():
                for said in connection.notifies(timeout=1):
                    self._bell.hear(self._source, said.payload)


class Bell:
    """Turns notifications and the clock into messages for the worker."""

    def __init__(
        self, settings: Settings, listeners: Mapping[str, Listener], kinds: Mapping[str, Kind]
    ) -> None:
        self._settings, self._kinds = settings, kinds
        self._databases = {name: Database.of(settings, name, pool_size=1) for name in SERVICES}
        self._celery = broker.new_celery(settings)
        self._redis = Redis.from_url(
            settings.redis_url.get_secret_value(), socket_timeout=3, socket_connect_timeout=3
        )
        self._queue = broker.key_prefix(settings) + broker.WORK
        self._redis_is_away = False
        self.stopping = Event()
        self.rings = Rings()
        self._sweep = Sweep(self._databases, listeners, kinds, self.rings)
        days = settings.events_kept_days
        clearing = partial(clear_out, self._databases, listeners.values(), kept_days=days)
        forgetting = partial(clear_mails, self._databases["customers"], kept_days=settings.mails_kept_days)
        ending = partial(end_expired_visits, self._databases["sites"])
        buyers = partial(forget_former_customers, self._databases["customers"])
        self._timetable = timetable(
            self._sweep,
            clear_out=clearing,
            clear_mails=forgetting,
            end_visits=ending,
            forget=buyers,
            plan_books=partial(plan_books, self._databases["billing"]),
        )
        self._ears = [Ear(settings, name, self) for name in SERVICES]

    @property
    def is_ready(self) -> bool:
        """Whether every database is listened to and Redis took the last ring."""
        return not self._redis_is_away and all(ear.is_listening for ear in self._ears)

    def hear(self, source: str, said: str) -> None:
        """Note who is to be rung for a notification, ``events`` or ``work:<kind>:<id>``."""
        if said == "events":
            self._sweep.listeners_of(source)
            return
        what, _, rest = said.partition(":")
        kind, _, row_id = rest.partition(":")
        known = self._kinds.get(kind)
        if what == "work" and known is not None and known.home == source:
            self.rings.perform(kind, row_id)

    def run(self) -> None:
        """Ring until told to stop."""
        health = serve_health((self._settings.bind, self._settings.port + PORT), lambda: self.is_ready)
        clocks = [start(job.run, self.stopping, name=job.name) for job in self._timetable]
        for ear in self._ears:
            ear.start()
        while not self.stopping.is_set():
            self._send(self.rings.take(seconds=1))
            self.stopping.wait(GATHER)
        health.shutdown()
        for thread in (*self._ears, *clocks):
            thread.join(timeout=3)
        for database in self._databases.values():
            database.close()

    def _send(self, rings: list[Ring]) -> None:
        try:
            if not rings or int(self._redis.llen(self._queue)) > FULL:
                return
            for task, *arguments in rings:
                broker.ring(self._celery, task, *arguments)
        except (OperationalError, RedisError) as reason:
            if not self._redis_is_away:
                log.warning("redis away, ringing on", reason=type(reason).__name__)
            self._redis_is_away = True
            self.stopping.wait(PAUSE)
        else:
            if self._redis_is_away:
                log.info("redis is back")
            self._redis_is_away = False

    def stop(self, *_signal: object) -> None:
        """Let ``run`` come to its end."""
        self.stopping.set()


def create_bell(
    settings: Settings,
    *,
    listeners: Mapping[str, Listener] | None = None,
    kinds: Mapping[str, Kind] | None = None,
) -> Bell:
    """Return a bell for these listeners and kinds of work; without: for all there are."""
    return Bell(
        settings,
        load_listeners() if listeners is None else listeners,
        all_kinds() if kinds is None else kinds,
    )


def run(settings: Settings) -> None:
    """Be the bell process, until told to stop."""
    configure_logs("bell", settings)
    run_bell(create_bell(settings))


def run_bell(bell: Bell) -> None:
    """Ring until SIGTERM or Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, bell.stop)
    bell.run()
