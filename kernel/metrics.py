"""What each process counts and times, in the form Prometheus reads."""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

requests = Histogram(
    "atoll_request_seconds",
    "Time to answer a request",
    ["process", "route", "method", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
)
calls = Counter("atoll_calls_total", "Calls to another service by how they ended", ["service", "result"])
events = Counter("atoll_events_handled_total", "Events handled", ["listener", "source"])
work = Counter("atoll_work_total", "Attempts at due work by how they ended", ["kind", "result"])


def exposition() -> bytes:
    """Return all figures; of every worker process when they share ``PROMETHEUS_MULTIPROC_DIR``."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)
