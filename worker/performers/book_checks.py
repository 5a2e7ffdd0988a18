"""Check the books of a network, once a day or when somebody asks."""

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, Performer, Result, finish
from services.billing.books.checks import KIND, check_books, note_next_check
from services.billing.models import BookCheck

TIMEOUT = 300_000  # milliseconds; every posting is added up


def look(home: Database, mine: Claim) -> Result:
    """Add everything up, write down how it stands, and put the row back for tomorrow."""
    with home.unit_of_work(Identity.worker(mine.network_id), timeout=TIMEOUT) as uow:
        check = uow.get(BookCheck, mine.id, lock=True)
        check_books(uow, check)
        uow.session.flush()
        finish(uow, BookCheck, mine)
        note_next_check(uow, check)
    return Result("done")


book_check = Performer(kind=KIND, home="billing", model=BookCheck, perform=look)
