"""Force sign-in: all that lets a customer in is ended, over three places, and counted.

The customers service comes first, and its transaction is what counts: from then on the epoch refuses
every session and visit, wherever it is kept. Redis and the sites service only make it visible sooner.
"""

from uuid import UUID

import structlog
from redis.exceptions import RedisError

from gateway.session_lists import session_lists
from kernel.clients import Bound
from kernel.contracts.credentials import AccessEnded, ForcedSignIn, VisitsEnded
from kernel.errors import Failure

log = structlog.get_logger()


def force_sign_in(services: Bound, customer_id: UUID) -> ForcedSignIn:
    """End every session, visit, key and link of a customer. Raises Forbidden, NotFound, Unavailable."""
    return end_everywhere(services, services.customers.end_access(customer_id))


def end_everywhere(services: Bound, ended: AccessEnded) -> ForcedSignIn:
    """End in Redis and in sites what the customers service refuses from now on; return the counts."""
    gone = _end_visits(services, ended.account_id)
    return ForcedSignIn(
        sessions=_end_sessions(ended),
        visits=gone.visits if gone else None,
        tickets=gone.tickets if gone else None,
        **ended.model_dump(exclude={"account_id", "epoch"}),
    )


def _end_visits(services: Bound, account_id: UUID) -> VisitsEnded | None:
    try:
        return services.sites.end_visits_of(account_id)
    except Failure as failure:
        log.warning("visits not counted", kind=failure.code)
        return None


def _end_sessions(ended: AccessEnded) -> int | None:
    try:
        return session_lists().end_all(ended.account_id, ended.epoch - 1)
    except RedisError as reason:
        log.warning("sessions not counted", kind=type(reason).__name__)
        return None
