"""Who calls the API: the bearer of a key, proven by the customers service."""

from hashlib import sha256
from threading import Lock
from time import monotonic
from uuid import UUID

from flask import Flask, current_app, g, request

from gateway.calls import gateway_services, services_for
from gateway.hosts import current_host
from gateway.limits import limits, subscriber
from kernel.auth import Identity
from kernel.clients import Bound
from kernel.contracts.customers import KeyProof, KeyStanding
from kernel.errors import N_, Unauthenticated

PROOF_LASTS = 60  # seconds
MOST = 10_000  # keys remembered

NO_KEY = N_("Send an API key in the header Authorization: Bearer.")


class KeyMissing(Unauthenticated):
    """The call carries no API key."""


class Proofs:
    """Keys that were proven to this process a moment ago, by network and hash."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, str], tuple[Identity, float]] = {}
        self._lock = Lock()

    def find(self, key_hash: str) -> Identity | None:
        """Return whose key it was, while the proof lasts."""
        identity, until = self._known.get(_name(key_hash), (None, 0.0))
        return identity if until > monotonic() else None

    def remember(self, key_hash: str, identity: Identity) -> None:
        """Keep a proof."""
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[_name(key_hash)] = (identity, monotonic() + PROOF_LASTS)

    def forget(self, key_hash: str) -> None:
        """Drop a proof; the services no longer accept the key."""
        with self._lock:
            self._known.pop(_name(key_hash), None)


def install_keys(app: Flask) -> None:
    app.extensions["api keys"] = Proofs()


def let_in(*, proof_may_be_old: bool) -> None:
    """Find out whose key came with the call. Raises Unauthenticated, TooMany.

    A remembered proof is enough where customers is asked anyway: it confirms the key on each call,
    so that a revoked one stops working at once.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise KeyMissing(NO_KEY)
    key_hash = sha256(key.strip().encode()).hexdigest()
    known = _proofs().find(key_hash) if proof_may_be_old else None
    g.api_key_hash, g.api_proof_is_old = key_hash, known is not None
    g.api_identity = known or _prove(key_hash)
    limits().spend(limits().api, "api", str(g.api_identity.key_id))


def api_identity() -> Identity:
    """Return on whose behalf the call is made."""
    own: Identity = g.api_identity
    return own


def api_services() -> Bound:
    """Return the services, called in the name of the key."""
    return services_for(api_identity())


def forget_key() -> bool:
    """Drop the proof, which the services no longer accept; True when it was a remembered one."""
    _proofs().forget(g.api_key_hash)
    return bool(g.api_proof_is_old)


def _prove(key_hash: str) -> Identity:
    address = subscriber(request.remote_addr or "")
    limits().check(limits().sign_in, "api-key", address)
    try:
        standing = gateway_services().customers.prove_key(KeyProof(key_hash=key_hash))
    except Unauthenticated:
        limits().spend(limits().sign_in, "api-key", address)
        raise
    identity = _identity_of(standing)
    _proofs().remember(key_hash, identity)
    return identity


def _identity_of(standing: KeyStanding) -> Identity:
    return Identity(
        network_id=standing.network_id,
        actor=f"api-key:{standing.key_id}",
        permissions=frozenset(standing.permissions),
        key_id=standing.key_id,
    )


def _name(key_hash: str) -> tuple[UUID, str]:
    return current_host().network.id, key_hash


def _proofs() -> Proofs:
    proofs: Proofs = current_app.extensions["api keys"]
    return proofs
