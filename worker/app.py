"""The worker process: Celery with a few threads, told by the bell where there is work.

The message is never the memory. What is to be done, how often it was tried and when it is due
stands in PostgreSQL; a message that is lost costs the seconds until the next sweep.
"""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from threading import Event

from celery import Celery, signals
from celery.exceptions import SecurityWarning

from kernel import logging as logs
from kernel.config import Settings
from kernel.database import SERVICES, Database
from kernel.events import Listener
from kernel.work import Performer
from worker import broker
from worker.health import Life, serve_health, start, watch
from worker.listeners import load_listeners
from worker.performers import load_performers
from worker.tasks import Tasks

THREADS = 4
PORT = 6  # above the gateway's


@dataclass(frozen=True)
class Worker:
    """A worker that can be run: the Celery application and what it has opened."""

    settings: Settings
    celery: Celery
    tasks: Tasks
    life: Life
    databases: Mapping[str, Database]

    def run(self) -> int:
        """Work until SIGTERM; what is in hand is ended first. Returns the exit code."""
        stop = Event()
        health = serve_health((self.settings.bind, self.settings.port + PORT), lambda: self.life.is_ready)
        queue = broker.canary_queue(self.settings)
        send = partial(broker.ring, self.celery, broker.CANARY, queue=queue)
        start(partial(watch, self.life, send, stop=stop), name="canary")
        signals.worker_shutting_down.connect(self.tasks.stop, weak=False)
        program = self.celery.Worker(
            pool="threads",
            concurrency=THREADS,
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        try:
            program.start()
        finally:
            stop.set()
            health.shutdown()
            for database in self.databases.values():
                database.close()
        return int(program.exitcode or 0)


def create_worker(
    settings: Settings,
    *,
    listeners: Mapping[str, Listener] | None = None,
    performers: Mapping[str, Performer] | None = None,
) -> Worker:
    """Return a worker for these listeners and performers; without: for all there are."""
    celery, life = broker.new_celery(settings), Life()
    databases = {name: Database.of(settings, name, pool_size=THREADS) for name in SERVICES}
    tasks = Tasks(
        databases,
        load_listeners() if listeners is None else listeners,
        load_performers(settings) if performers is None else performers,
        life=life,
        ring=partial(broker.ring, celery),
        hands=THREADS - 1,
    )
    celery.task(name=broker.ADVANCE)(tasks.advance)
    celery.task(name=broker.PERFORM)(tasks.perform)
    celery.task(name=broker.CANARY)(tasks.canary)
    return Worker(settings, celery, tasks, life, databases)


def run(settings: Settings) -> None:
    """Be the worker process, until told to stop."""
    configure_logs("worker", settings)
    raise SystemExit(create_worker(settings).run())


def configure_logs(process: str, settings: Settings) -> None:
    """Log as every process does; Celery's line for each message would drown the rest."""
    logs.configure(process, settings.log_level)
    signals.setup_logging.connect(_keep_logs, weak=False)
    # Its warning about root is about pickled messages; ours are JSON alone.
    warnings.simplefilter("ignore", SecurityWarning)
    for noisy in ("celery", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _keep_logs(**_signal: object) -> None:
    """Celery sets up no logs of its own while somebody listens to this signal."""
