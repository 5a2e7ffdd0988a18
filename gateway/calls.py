"""Calls to services, and the identities they are made in."""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app

from gateway.hosts import current_host
from kernel.auth import Identity
from kernel.clients import Bound, Clients
from kernel.contracts.customers import Standing
from kernel.errors import Failure, Unauthenticated

T = TypeVar("T")


def identity_of(standing: Standing, permissions: frozenset[str]) -> Identity:
    """Return the identity of somebody who signed in himself, in the network of this host."""
    return Identity(
        network_id=current_host().network.id,
        actor=f"account:{standing.account_id}",
        permissions=permissions,
        account_id=standing.account_id,
        customer_id=standing.customer_id,
        epoch=standing.epoch,
    )


def services_for(caller: Identity) -> Bound:
    """Return the services, called in the name of ``caller``; answers are remembered by what is returned."""
    clients: Clients = current_app.extensions["clients"]
    return clients.bind(caller)


def gateway_services() -> Bound:
    """Return the services, called by the gateway itself: nobody needs to be signed in."""
    return services_for(Identity.gateway(current_host().network.id))


def tried(ask: Callable[[], T]) -> tuple[T | None, Failure | None]:
    """Return the answer of a service, or why there is none, for a page that stands without it.

    Only that nobody is signed in any more is no state of a page. Raises Unauthenticated.
    """
    try:
        return ask(), None
    except Unauthenticated:
        raise
    except Failure as failure:
        return None, failure
