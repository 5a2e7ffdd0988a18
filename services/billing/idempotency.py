"""One effect for one key: a request that comes twice is answered twice, and carried out once.

The answer is stored in the transaction of the effect: either both are there or neither. A request that
was refused left nothing, so its key is free again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from psycopg.errors import LockNotAvailable
from sqlalchemy import Select, delete, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from kernel import clock, deadline
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, BadRequest, Conflict, Invalid
from services.billing.models import IdempotencyKey

KEPT = timedelta(hours=48)
LONGEST = 255  # characters of a key
PATIENCE = 2.0  # seconds to wait for a request with the same key
BATCH = 5_000  # rows a transaction

WAIT_AT_MOST = text("SELECT set_config('lock_timeout', :milliseconds, true)")


class KeyMissing(BadRequest):
    """The request moves money, and carries no key by which a second sending would be known."""


class KeyUsedOtherwise(Invalid):
    """The key came with another request before: another body, or to another address."""


class RequestUnderWay(Conflict):
    """A request with the same key is being carried out at this moment."""


@dataclass(frozen=True)
class Answer:
    """What was answered: the HTTP status, and the body as it was sent."""

    status: int
    body: str


def once(uow: UnitOfWork, key: str, request_hash: str, do: Callable[[], Answer]) -> Answer:
    """Return what ``do`` answers, or what it answered when the same actor sent this key before.

    ``request_hash`` is ``hash_of`` the request. Others with the same key wait for this transaction,
    PATIENCE at most. Raises KeyMissing, KeyUsedOtherwise and RequestUnderWay.
    """
    _check(key)
    _wait_for_others(uow, key)
    known = uow.session.scalar(_kept(uow, key))
    if known is None:
        return _remember(uow, key, request_hash, do())
    if known.request_hash != request_hash:
        raise KeyUsedOtherwise(
            N_("This was sent before with other values. Open the form again, or send another key."),
            fields={"key": N_("Used for another request.")},
        )
    return Answer(known.status, known.answer)


def hash_of(method: str, target: str, body: bytes) -> str:
    """Return what two requests have in common when they are the same: method, address and body."""
    head = hashlib.sha256(f"{method} {target}".encode()).digest()
    return hashlib.sha256(head + body).hexdigest()


def sweep_keys(billing: Database) -> int:
    """Delete, of every network, the answers that are older than KEPT; return how many."""
    swept, gone = 0, BATCH
    while gone == BATCH:
        gone = _sweep_batch(billing)
        swept += gone
    return swept


def _check(key: str) -> None:
    if not key:
        raise KeyMissing(N_("Send a key of your own, once for each request, in the header Idempotency-Key."))
    if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise Invalid(
            N_("The Idempotency-Key has at most %(most)s characters, none of them special."), most=LONGEST
        )


def _wait_for_others(uow: UnitOfWork, key: str) -> None:
    patience = min(PATIENCE, max(deadline.left(PATIENCE) / 2, 0.001))
    uow.session.execute(WAIT_AT_MOST, {"milliseconds": str(max(1, int(patience * 1000)))})
    try:
        uow.hold(f"idempotency {uow.network_id} {uow.identity.actor} {key}")
    except OperationalError as reason:
        if isinstance(reason.orig, LockNotAvailable):
            raise RequestUnderWay(
                N_("The same request is being carried out at this moment. Look again in a moment."),
                retry_after=1,
            ) from reason
        raise
    uow.session.execute(WAIT_AT_MOST, {"milliseconds": "0"})


def _kept(uow: UnitOfWork, key: str) -> Select[IdempotencyKey]:
    return select(IdempotencyKey).where(
        IdempotencyKey.actor == uow.identity.actor,
        IdempotencyKey.key == key,
        IdempotencyKey.created_at > uow.now - KEPT,
    )


def _remember(uow: UnitOfWork, key: str, request_hash: str, said: Answer) -> Answer:
    told = {
        "request_hash": request_hash,
        "status": said.status,
        "answer": said.body,
        "created_at": uow.now,
    }
    row = insert(IdempotencyKey).values(network_id=uow.network_id, actor=uow.identity.actor, key=key, **told)
    # One that is too old may still be there, until the clearing out.
    uow.session.execute(row.on_conflict_do_update(index_elements=["network_id", "actor", "key"], set_=told))
    return said


def _sweep_batch(billing: Database) -> int:
    old = (
        select(IdempotencyKey.network_id, IdempotencyKey.actor, IdempotencyKey.key)
        .where(IdempotencyKey.created_at <= clock.now() - KEPT)
        .limit(BATCH)
    )
    columns = tuple_(IdempotencyKey.network_id, IdempotencyKey.actor, IdempotencyKey.key)
    with billing.across_networks("clearing out idempotency keys") as session:
        gone = session.execute(
            delete(IdempotencyKey)
            .where(columns.in_(old))
            .returning(IdempotencyKey.key)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())
