"""How many refunds wait for a person: shown on every page to who may give money back."""

from threading import Lock
from time import monotonic
from uuid import UUID

from flask import Flask, current_app
from flask_login import current_user

from gateway.auth import services
from gateway.hosts import current_host
from kernel import deadline
from kernel.errors import Failure

LASTS = 15  # seconds
PATIENCE = 0.3  # seconds; no page waits for this
MOST = 10_000  # networks remembered


class Alerts:
    """What was last heard, by network; a billing service that is away is not asked on every page."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[int, float]] = {}
        self._lock = Lock()

    def count(self, network_id: UUID) -> int:
        """Return the number, which may be LASTS old."""
        number, until = self._known.get(network_id, (0, 0.0))
        if until > monotonic():
            return number
        try:
            with deadline.within(PATIENCE):
                number = services().billing.refund_alert().needs_person
        except Failure:
            # The page itself says what is away.
            pass
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[network_id] = number, monotonic() + LASTS
        return number

    def forget(self, network_id: UUID) -> None:
        """Ask anew: somebody has just decided."""
        with self._lock:
            self._known.pop(network_id, None)


def install_alerts(app: Flask) -> None:
    app.extensions["refund alerts"] = Alerts()
    app.jinja_env.globals["refunds_waiting"] = refunds_waiting


def refunds_waiting() -> int:
    """Return how many refunds wait for a person, as far as that is who is signed in's business."""
    if "billing.refund" not in current_user.permissions:
        return 0
    return _alerts().count(current_host().network.id)


def forget_alert() -> None:
    """Count anew on the next page."""
    _alerts().forget(current_host().network.id)


def _alerts() -> Alerts:
    alerts: Alerts = current_app.extensions["refund alerts"]
    return alerts
