"""What an owner does to an admin by which his sessions end: in the customers service, then in Redis.

The epoch has ended them by then; without the second step they would stay in Redis, and be counted as open,
until their next request.
"""

from collections.abc import Callable
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from gateway.session_lists import session_lists

log = structlog.get_logger()


def change_and_end(change: Callable[[UUID], None], account_id: UUID) -> None:
    """Carry out a change by which the sessions of an account end, and drop them at once."""
    change(account_id)
    try:
        session_lists().drop_own(account_id)
    except RedisError as reason:
        log.warning("sessions not dropped", kind=type(reason).__name__)
