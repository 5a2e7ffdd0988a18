"""Answer those who asked for a link by typing an address."""

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, Performer, Result
from services.customers.accounts.link_requests import answer_request
from services.customers.models import LinkRequest


def answer(home: Database, mine: Claim) -> Result:
    """Write the mail in the transaction that takes the request away; safe to run twice, or half."""
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        answer_request(uow, mine)
    return Result("done")


link_request = Performer(kind="link_request", home="customers", model=LinkRequest, perform=answer)
