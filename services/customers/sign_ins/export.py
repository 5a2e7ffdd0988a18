"""The history of somebody's sign-ins as CSV: a batch at a time, each in a transaction of its own."""

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from kernel.batches import pages
from kernel.contracts.credentials import SignInsPage, SignInsQuery
from kernel.contracts.customers import SignIn
from kernel.database import UnitOfWork, Units
from kernel.spreadsheets import pieces_of, time_cell
from services.customers import audit
from services.customers.models import Customer
from services.customers.queries.sign_ins import sign_ins

BATCH = 500


def _result(attempt: SignIn) -> str:
    if attempt.succeeded:
        return "succeeded"
    return "right password, no right code" if attempt.lacks_code else "failed"


COLUMNS: Mapping[str, Callable[[SignIn], str]] = {
    "time": lambda attempt: time_cell(attempt.at),
    "result": _result,
    "door": lambda attempt: attempt.door,
    "ip": lambda attempt: attempt.ip,
    "country": lambda attempt: attempt.country,
    "device": lambda attempt: attempt.device,
}


def note_export(uow: UnitOfWork, customer_id: UUID, asked: SignInsQuery) -> UUID:
    """Write down who takes whose history along; return the account. Raises NotFound."""
    customer = uow.get(Customer, customer_id)
    audit.note(uow, "sign-ins exported", customer.id, narrowed={"result": asked.result})
    return customer.account_id


def lines_of(units: Units, account_id: UUID, asked: SignInsQuery) -> Iterator[bytes]:
    """Give the file piece by piece, the newest attempt first."""

    def page(uow: UnitOfWork, after: str | None) -> SignInsPage:
        return sign_ins(uow, account_id, asked.model_copy(update={"limit": BATCH, "after": after}))

    return pieces_of(COLUMNS, pages(units, page))
