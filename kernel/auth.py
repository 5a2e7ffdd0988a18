"""Who is asking: the identity of a call, and the tokens that carry it between processes.

Ed25519 JWTs of at most 60 seconds. The gateway and the worker hold a private key each; services
hold public keys only, and as many as are active while one is being replaced.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kernel import clock
from kernel.contracts.access import GATEWAY, PERMISSIONS, SITE_OWNER
from kernel.errors import N_, Forbidden, Unauthenticated

LIFETIME = 60  # seconds
REUSE = 25  # seconds; a token is given out again this long, so that most calls sign nothing
ALGORITHM: Literal["Ed25519"] = "Ed25519"
CACHE_SIZE = 4096


class TokenNotValid(Unauthenticated):
    """The token is missing, late, for somebody else, or not signed by a key we know."""


@dataclass(frozen=True)
class Identity:
    """On whose behalf something is done, and in which network.

    ``actor`` is ``account:<id>``, ``api-key:<id>``, ``command``, ``worker`` or ``gateway``. While an
    admin is switched to a customer, ``account_id`` is the customer's and ``impersonator`` the admin's.
    ``epoch`` is the account's when it signed in: a higher one in the database ends the session.
    """

    network_id: UUID | None
    actor: str
    permissions: frozenset[str] = frozenset()
    account_id: UUID | None = None
    customer_id: UUID | None = None
    impersonator: UUID | None = None
    epoch: int | None = None
    key_id: UUID | None = None
    visit_id: UUID | None = None

    @property
    def is_visiting(self) -> bool:
        """Whether a human acts as somebody else."""
        return self.impersonator is not None

    @property
    def is_looking(self) -> bool:
        """Whether a human is in somebody else's place only to look: nothing may change then."""
        return self.is_visiting and "own.edit" not in self.permissions

    def require(self, *any_of: str) -> None:
        """Raise Forbidden unless one of the permissions is held."""
        if not self.permissions.intersection(any_of):
            raise Forbidden(N_("You may not do this; it takes the permission %(permission)s."),
                            permission=" or ".join(any_of))  # fmt: skip

    @classmethod
    def command(cls, network_id: UUID) -> "Identity":
        """Return the operator at the command line, who may do everything in one network."""
        return cls(network_id, "command", PERMISSIONS)

    @classmethod
    def worker(cls, network_id: UUID) -> "Identity":
        """Return the background, working for one network."""
        return cls(network_id, "worker", PERMISSIONS)

    @classmethod
    def gateway(cls, network_id: UUID | None) -> "Identity":
        """Return the gateway itself, before anybody has signed in."""
        return cls(network_id, "gateway", GATEWAY)


def id_of_actor(actor: str) -> UUID | None:
    """Return the id in ``account:<id>`` or ``api-key:<id>``; who has a name has none."""
    identifier = actor.partition(":")[2]
    return UUID(identifier) if identifier else None


def new_key(kid: str) -> tuple[str, str]:
    """Make a key pair named ``kid`` (``gateway-1``); return private and public JWK, as JSON.

    The part before the first hyphen says whose key it is, and only that issuer may use it.
    """
    key = OKPKey.generate_key(ALGORITHM, parameters={"kid": kid})
    return json.dumps(key.as_dict(private=True)), json.dumps(key.as_dict(private=False))


def key_set(*public: str) -> str:
    """Return the JWK set, as JSON, of public keys as ``new_key`` made them."""
    return json.dumps({"keys": [json.loads(key) for key in public]})


class Signer:
    """Signs tokens for one issuer with its private key."""

    def __init__(self, issuer: str, private_key: str) -> None:
        self.issuer = issuer
        self._key = OKPKey.import_key(json.loads(private_key))
        self._recent: OrderedDict[tuple[Identity, str], tuple[str, float]] = OrderedDict()
        self._lock = Lock()

    def mint(self, identity: Identity, audience: str) -> str:
        """Return a token for ``audience`` that is good for at least 30 more seconds."""
        at = clock.now().timestamp()
        with self._lock:
            known = self._recent.get((identity, audience))
        if known and 0 <= at - known[1] < REUSE:
            return known[0]
        token = self._sign(identity, audience, int(at))
        with self._lock:
            self._recent[identity, audience] = (token, at)
            while len(self._recent) > CACHE_SIZE:
                self._recent.popitem(last=False)
        return token

    def _sign(self, identity: Identity, audience: str, at: int) -> str:
        claims = claims_of(identity) | {"iss": self.issuer, "aud": audience, "iat": at, "exp": at + LIFETIME}
        header = {"alg": ALGORITHM, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])


class Verifier:
    """Reads tokens meant for one audience, with the public keys that are active."""

    def __init__(self, audience: str, public_keys: str) -> None:
        self.audience = audience
        self._keys = {key["kid"]: OKPKey.import_key(key) for key in json.loads(public_keys)["keys"]}
        self._read: OrderedDict[str, tuple[Identity, float]] = OrderedDict()
        self._lock = Lock()

    def read(self, token: str) -> Identity:
        """Return whom the token names. Raises TokenNotValid."""
        at = clock.now().timestamp()
        with self._lock:
            known = self._read.get(token)
        if known is None:
            known = self._verify(token)
            with self._lock:
                self._read[token] = known
                while len(self._read) > CACHE_SIZE:
                    self._read.popitem(last=False)
        identity, expires = known
        if expires <= at or expires > at + LIFETIME + 5:
            raise TokenNotValid(N_("The token is too old."))
        return identity

    def _verify(self, token: str) -> tuple[Identity, float]:
        try:
            claims = jwt.decode(token, self._find_key, algorithms=[ALGORITHM])
            header, body = claims.header, claims.claims
            if body["iss"] != header["kid"].partition("-")[0] or body["aud"] != self.audience:
                raise TokenNotValid(N_("The token is for somebody else."))
            if body["exp"] - body["iat"] > LIFETIME:
                raise TokenNotValid(N_("The token lives too long."))
            return identity_of(body), float(body["exp"])
        except (JoseError, KeyError, TypeError, ValueError) as reason:
            raise TokenNotValid(N_("The token cannot be read.")) from reason

    def _find_key(self, signed: Any) -> OKPKey:
        return self._keys[signed.headers()["kid"]]


def claims_of(identity: Identity) -> dict[str, Any]:
    """Return the claims that carry an identity; what is absent is left out."""
    claims = {
        "net": identity.network_id,
        "sub": identity.account_id,
        "act": identity.impersonator,
        "cus": identity.customer_id,
        "epo": identity.epoch,
        "key": identity.key_id,
        "vis": identity.visit_id,
    }
    named = {name: str(value) if isinstance(value, UUID) else value for name, value in claims.items()}
    given = {name: value for name, value in named.items() if value is not None}
    return given | {"who": identity.actor, "per": sorted(identity.permissions)}


def identity_of(claims: dict[str, Any]) -> Identity:
    """Return the identity in the claims. Raises TokenNotValid for rights nobody may carry.

    A token that acts for somebody else never holds more than a site owner has, and only the
    worker signs for the worker.
    """
    identity = Identity(
        network_id=_uuid(claims, "net"),
        actor=claims["who"],
        permissions=frozenset(claims["per"]),
        account_id=_uuid(claims, "sub"),
        customer_id=_uuid(claims, "cus"),
        impersonator=_uuid(claims, "act"),
        epoch=claims.get("epo"),
        key_id=_uuid(claims, "key"),
        visit_id=_uuid(claims, "vis"),
    )
    if identity.is_visiting and not identity.permissions <= SITE_OWNER:
        raise TokenNotValid(N_("A visit cannot hold these permissions."))
    if (identity.actor == "worker") != (claims["iss"] == "worker") or identity.actor == "command":
        raise TokenNotValid(N_("The token names an actor its signer may not name."))
    return identity


def _uuid(claims: dict[str, Any], name: str) -> UUID | None:
    return UUID(claims[name]) if name in claims else None
