"""Who calls the API: the bearer of a key, proven by the customers service."""

from hashlib import sha256

from flask import current_app, g, request
from redis import Redis

from gateway.calls import gateway_services, services_for
from gateway.hosts import current_host
from gateway.limits import limits, subscriber
from kernel.auth import Identity
from kernel.clients import Bound
from kernel.contracts.customers import KeyProof, KeyStanding
from kernel.errors import N_, Unauthenticated

PROOF_LASTS = 60  # seconds

NO_KEY = N_("Send an API key in the header Authorization: Bearer.")


class KeyMissing(Unauthenticated):
    """The call carries no API key."""


def let_in(*, proof_may_be_old: bool) -> None:
    """Find out whose key came with the call. Raises Unauthenticated, TooMany.

    A remembered proof is enough where customers is asked anyway: it confirms the key on each call,
    so that a revoked one stops working at once.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise KeyMissing(NO_KEY)
    key_hash = sha256(key.strip().encode()).hexdigest()
    standing = _remembered(key_hash) if proof_may_be_old else None
    g.api_key_hash = key_hash
    g.api_identity = _identity_of(standing or _prove(key_hash))
    limits().spend(limits().api, "api", str(g.api_identity.key_id))


def api_identity() -> Identity:
    """Return on whose behalf the call is made."""
    own: Identity = g.api_identity
    return own


def api_services() -> Bound:
    """Return the services, called in the name of the key."""
    return services_for(api_identity())


def forget_key() -> None:
    """Drop the remembered proof; the services no longer accept the key."""
    if "api_key_hash" in g:
        _redis().delete(_name(g.api_key_hash))


def _prove(key_hash: str) -> KeyStanding:
    address = subscriber(request.remote_addr or "")
    limits().check(limits().sign_in, "api-key", address)
    try:
        standing = gateway_services().customers.prove_key(KeyProof(key_hash=key_hash))
    except Unauthenticated:
        limits().spend(limits().sign_in, "api-key", address)
        raise
    _redis().set(_name(key_hash), standing.model_dump_json(), ex=PROOF_LASTS)
    return standing


def _remembered(key_hash: str) -> KeyStanding | None:
    known = _redis().get(_name(key_hash))
    return KeyStanding.model_validate_json(known) if known else None


def _identity_of(standing: KeyStanding) -> Identity:
    return Identity(
        network_id=standing.network_id,
        actor=f"api-key:{standing.key_id}",
        permissions=frozenset(standing.permissions),
        key_id=standing.key_id,
    )


def _name(key_hash: str) -> str:
    return f"api-key:{current_host().network.id}:{key_hash}"


def _redis() -> "Redis[bytes]":
    redis: Redis[bytes] = current_app.extensions["redis"]
    return redis
