"""The history of sign-ins: the newest for the customer page, and all of them, page by page."""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, literal_column, select, tuple_

from kernel.contracts.credentials import SignInsPage, SignInsQuery, SignInsResult
from kernel.contracts.customers import SignIn
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from services.customers.models import Account, Customer, SignInAttempt

LATEST = 10
LIST = "sign-ins"
COLUMNS = (
    SignInAttempt.id,
    SignInAttempt.at,
    SignInAttempt.door,
    SignInAttempt.ip,
    SignInAttempt.country,
    SignInAttempt.device,
    SignInAttempt.succeeded,
    SignInAttempt.lacks_code,
)
LAST = Prepared(
    select(Account.last_sign_out_at, Customer.last_sign_in_at)
    .outerjoin(Customer, (Customer.network_id == Account.network_id) & (Customer.account_id == Account.id))
    .where(Account.id == bindparam("account_id"))
)


def latest_sign_ins(uow: UnitOfWork, account_id: UUID) -> list[SignIn]:
    """Return the newest attempts; one statement."""
    rows = _page("all", is_beside=False, most=LATEST).all(uow, account_id=account_id)
    return [_sign_in_of(row) for row in rows]


def sign_ins(uow: UnitOfWork, account_id: UUID, asked: SignInsQuery) -> SignInsPage:
    """Return a page of an account's attempts, newest first. Raises CursorNotValid."""
    beside = TimeCursor.read(asked.after, of=LIST, field="after") if asked.after else None
    values: dict[str, object] = {"account_id": account_id}
    if beside is not None:
        values |= {"beside_at": beside.value, "beside_id": beside.id}
    rows = _page(asked.result, is_beside=beside is not None, most=asked.limit + 1).all(uow, **values)
    shown, last = rows[: asked.limit], LAST.one_or_none(uow, account_id=account_id)
    return SignInsPage(
        items=[_sign_in_of(row) for row in shown],
        after=_after(shown[-1]) if len(rows) > asked.limit else None,
        last_sign_in_at=last.last_sign_in_at if last else None,
        last_sign_out_at=last.last_sign_out_at if last else None,
    )


@cache
def _page(result: SignInsResult, *, is_beside: bool, most: int) -> Prepared:
    """Return the statement of one page."""
    found = select(*COLUMNS).where(SignInAttempt.account_id == bindparam("account_id"))
    if result != "all":
        found = found.where(SignInAttempt.succeeded.is_(result == "succeeded"))
    if is_beside:
        at, attempt_id = SignInAttempt.at, SignInAttempt.id
        there = tuple_(bindparam("beside_at", type_=at.type), bindparam("beside_id", type_=attempt_id.type))
        found = found.where(tuple_(at, attempt_id) < there)
    newest_first = found.order_by(SignInAttempt.at.desc(), SignInAttempt.id.desc())
    return Prepared(newest_first.limit(literal_column(str(most))))


def _sign_in_of(row: Row[Any]) -> SignIn:
    return SignIn(
        at=row.at,
        door=row.door,
        ip=row.ip,
        country=row.country,
        device=row.device,
        succeeded=row.succeeded,
        lacks_code=row.lacks_code,
    )


def _after(last: Row[Any]) -> str:
    return TimeCursor(list=LIST, value=last.at, id=last.id).written()
