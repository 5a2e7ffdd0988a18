"""How many links are mailed to one account within the hour, counted in the mail itself.

No cache that may be emptied knows better. Those whom an admin has sent count apart from those somebody
asked for himself, so that neither keeps the other from one.
"""

from datetime import timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from kernel.errors import N_, TooMany
from services.customers.models import Mail

MOST = 5
WITHIN = timedelta(hours=1)


class ResentTooOften(TooMany):
    """As many links as are sent within the hour have been sent."""


def refuse_too_often(uow: UnitOfWork, account_id: UUID, template: str, asking: str) -> None:
    """Raise ResentTooOften once five such messages were written; lock the account or customer before."""
    sent = (
        select(Mail.created_at)
        .where(Mail.account_id == account_id, Mail.created_at > uow.now - WITHIN)
        .where(Mail.template == template, Mail.values["asking"].astext == asking)
        .order_by(Mail.created_at.desc())
        .limit(MOST)
    )
    times = list(uow.session.scalars(sent))
    if len(times) == MOST:
        raise _too_often(times[-1] + WITHIN - uow.now)


def _too_often(wait: timedelta) -> ResentTooOften:
    seconds = max(1, ceil(wait.total_seconds()))
    return ResentTooOften(
        N_("%(times)s links were sent within the hour. The next one can be sent in %(minutes)s minutes."),
        times=MOST,
        minutes=ceil(seconds / 60),
        retry_after=seconds,
    )
