"""How many refunds and payments wait for a person: shown on every page to who may do something about it."""

from threading import Lock
from time import monotonic
from uuid import UUID

from flask import Flask, current_app
from flask_login import current_user

from gateway.auth import services
from gateway.hosts import current_host
from kernel import deadline
from kernel.contracts.refunds import RefundAlert
from kernel.errors import Failure

LASTS = 15  # seconds
PATIENCE = 0.3  # seconds; no page waits for this
MOST = 10_000  # networks remembered
NOTHING = RefundAlert(needs_person=0)


class Alerts:
    """What was last heard, by network; a billing service that is away is not asked on every page."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[RefundAlert, float]] = {}
        self._lock = Lock()

    def count(self, network_id: UUID) -> RefundAlert:
        """Return the numbers, which may be LASTS old."""
        counted, until = self._known.get(network_id, (NOTHING, 0.0))
        if until > monotonic():
            return counted
        try:
            with deadline.within(PATIENCE):
                counted = services().billing.refund_alert()
        except Failure:
            # The page itself says what is away.
            pass
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[network_id] = counted, monotonic() + LASTS
        return counted

    def forget(self, network_id: UUID) -> None:
        """Ask anew: somebody has just decided."""
        with self._lock:
            self._known.pop(network_id, None)


def install_alerts(app: Flask) -> None:
    app.extensions["refund alerts"] = Alerts()
    app.jinja_env.globals |= {"refunds_waiting": refunds_waiting, "payments_waiting": payments_waiting}


def refunds_waiting() -> int:
    """Return how many refunds wait for a person, as far as that is who is signed in's business."""
    if "billing.refund" not in current_user.permissions:
        return 0
    return _alerts().count(current_host().network.id).needs_person


def payments_waiting() -> int:
    """Return how many payments wait for a person, as far as that is who is signed in's business."""
    if "billing.edit" not in current_user.permissions:
        return 0
    return _alerts().count(current_host().network.id).payments


def forget_alert() -> None:
    """Count anew on the next page."""
    _alerts().forget(current_host().network.id)


def _alerts() -> Alerts:
    alerts: Alerts = current_app.extensions["refund alerts"]
    return alerts
