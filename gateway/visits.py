"""An admin's stay on a customer's site: its identity, its banner, and the check on every request."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from datetime import datetime
from functools import partial
from typing import Literal, TypeVar

from flask import Flask, current_app

from gateway.calls import gateway_services, identity_of, services_for
from gateway.hosts import current_host
from gateway.sessions import sessions
from kernel import clock
from kernel.auth import Identity
from kernel.contracts.access import VISITOR
from kernel.contracts.common import Contract
from kernel.contracts.customers import Standing
from kernel.contracts.sites import Visit, VisitEnd
from kernel.errors import N_, Failure, Forbidden, NotFound, Unauthenticated

THREADS = 8
OVER = N_("Your visit to this site has ended. Go back to the customer and switch to the site once more.")

T = TypeVar("T")

Cause = Literal["switched back", "signed out", "expired", "no longer allowed"]


class VisitOver(Forbidden):
    """The visit has ended, or the admin may no longer be here."""


class Stay(Contract):
    """A visit as its session keeps it, with the names that the banner shows.

    ``epoch`` is the admin's: once it has risen, his own session has ended and the visit with it.
    """

    row: Visit
    admin: str
    customer: str
    epoch: int

    @property
    def ends_at(self) -> datetime:
        return self.row.expires_at

    @property
    def identity(self) -> Identity:
        """The owner's rights, or to look only, and behind them the human."""
        return visitor(self.row, self.epoch)


def visitor(visit: Visit, epoch: int) -> Identity:
    """Return the identity of an admin on a visit."""
    return Identity(
        network_id=current_host().network.id,
        actor=f"account:{visit.account_id}",
        permissions=VISITOR[visit.mode],
        account_id=visit.account_id,
        customer_id=visit.customer_id,
        impersonator=visit.admin_id,
        epoch=epoch,
        visit_id=visit.id,
    )


def confirm(stay: Stay) -> None:
    """Check that a visit still stands. Raises VisitOver.

    It does while its row stands, the admin's own session lives with the rights it began with, and he may
    still switch to this owner.
    """
    admin = admin_of(stay.row)
    if not is_here(stay.row):
        raise over(stay, "expired")
    row = _beside(partial(gateway_services().sites.visit, stay.row.id))
    owner = _beside(services_for(stay.identity).customers.standing)
    try:
        services_for(identity_of(admin, frozenset(admin.permissions))).customers.standing()
        refuse_if_owner_ended_it(stay, owner.result())
        row.result()
    except NotFound:
        raise VisitOver(OVER) from None
    except Unauthenticated:
        raise over(stay, "no longer allowed") from None


def refuse_if_owner_ended_it(stay: Stay, owner: Standing) -> None:
    """Raise VisitOver once all sessions of the site's owner have ended: the visits to him have too."""
    if owner.epoch != stay.row.account_epoch:
        raise over(stay, "no longer allowed")


def is_here(visit: Visit) -> bool:
    """Whether the visit is to the site of this host, and its hour has not passed."""
    site = current_host().site
    return site is not None and site.id == visit.site_id and visit.expires_at > clock.now()


def admin_of(visit: Visit) -> Standing:
    """Return the admin as his own live session on the admin host has him. Raises VisitOver."""
    kept = sessions().read(visit.admin_session) or {}
    if "standing" not in kept:
        raise VisitOver(OVER)
    admin = Standing.model_validate(kept["standing"])
    if admin.account_id != visit.admin_id:
        raise VisitOver(OVER)
    return admin


def over(stay: Stay, cause: Cause) -> VisitOver:
    """End the visit's row, so that nothing else lives on it, and return what to raise."""
    with suppress(Failure):
        gateway_services().sites.end_visit(stay.row.id, VisitEnd(cause=cause))
    return VisitOver(OVER)


def _beside(ask: Callable[[], T]) -> Future[T]:
    """Ask while something else is asked."""
    threads: ThreadPoolExecutor = current_app.extensions["visits"]
    return threads.submit(copy_context().run, ask)


def install_visits(app: Flask) -> None:
    """Give the application the threads in which services are asked side by side."""
    app.extensions["visits"] = ThreadPoolExecutor(THREADS, thread_name_prefix="visit")
