"""The queue between bell and worker: a Celery application that nothing is lost with when Redis is."""

import socket

from celery import Celery
from kombu import Queue

from kernel.config import Settings

ADVANCE, PERFORM, CANARY = "atoll.advance", "atoll.perform", "atoll.canary"
EXPIRES = 60  # seconds; whoever rang will ring again
WORK = "work"

TRANSPORT = {
    "socket_connect_timeout": 3,
    "socket_timeout": 15,
    "socket_keepalive": True,
    "health_check_interval": 10,
}


def new_celery(settings: Settings) -> Celery:
    """Return the application, without tasks; no message is kept, retried or answered."""
    celery = Celery("atoll", set_as_current=False, fixups=[])
    celery.conf.update(
        broker_url=settings.redis_url.get_secret_value(),
        # Installations may share a Redis; each has keys of its own.
        broker_transport_options=TRANSPORT | {"global_keyprefix": key_prefix(settings)},
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=2,
        task_default_queue=WORK,
        task_queues=[Queue(WORK), Queue(canary_queue(settings))],
        task_create_missing_queues=False,
        task_ignore_result=True,
        task_publish_retry=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return celery


def canary_queue(settings: Settings) -> str:
    """Return the queue that this worker alone reads: two on one machine differ in their port."""
    return f"canary-{socket.gethostname()}-{settings.port}"


def key_prefix(settings: Settings) -> str:
    """Return what every key of the queue in Redis starts with."""
    return f"{settings.database_prefix}:celery:"


def ring(celery: Celery, task: str, *arguments: str, queue: str = WORK) -> None:
    """Say that there is work. Raises kombu's OperationalError when Redis is away."""
    celery.send_task(task, args=arguments, queue=queue, expires=EXPIRES, retry=False)
