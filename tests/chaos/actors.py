"""Worker and bell of a few kinds of work alone, as processes that die where they are told to."""

from collections.abc import Callable, Mapping
from typing import Any

from kernel.config import Settings
from kernel.work import Performer
from worker.app import configure_logs, create_worker
from worker.bell import create_bell
from worker.bell import run_bell as ring_until_told

Point = tuple[Any, str, Callable[[Any], Any]]
"""Whose function is replaced, its name, and what makes the deadly one out of it."""

Performers = Callable[[Settings], Mapping[str, Performer]]


def be_worker(settings: Settings, performers: Performers, point: Point | None) -> None:
    """Work until it comes to the point; without one, until somebody kills it."""
    configure_logs("worker", settings)
    if point:
        where, name, deadly = point
        setattr(where, name, deadly(getattr(where, name)))
    raise SystemExit(create_worker(settings, listeners={}, performers=performers(settings)).run())


def be_bell(settings: Settings, performers: Performers) -> None:
    """Ring until it is told to stop."""
    configure_logs("bell", settings)
    ring_until_told(create_bell(settings, listeners={}, kinds=performers(settings)))
