"""The list of payments: a page of a tab, narrowed; how many every tab holds; batches for a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
    union,
)

from kernel.asked_ids import customers_in
from kernel.contracts.money import Money
from kernel.contracts.payments import PaymentListed, PaymentsList, PaymentsNarrowed, PaymentsQuery
from kernel.cursors import CursorNotValid, TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.prepared import Prepared
from kernel.short_numbers import number_in
from services.billing.models import Charge, GatewaySettings, Payment, PaymentCount
from services.billing.queries.narrowing import days_between

LIST = "payments"
TIME, ID = DateTime(timezone=True), Uuid()

COUNTS = Prepared(
    select(PaymentCount.status, func.sum(PaymentCount.amount).label("amount")).group_by(PaymentCount.status)
)
COLUMNS = (
    Payment.id,
    Payment.number,
    Payment.customer_id,
    Payment.membership_id,
    Payment.status,
    Payment.kind,
    Payment.currency,
    Payment.total,
    Payment.captured,
    Payment.refunded,
    Payment.gateway,
    Payment.gateway_reference,
    Payment.due_at,
    Payment.created_at,
    Payment.completed_at,
)


def payments_list(uow: UnitOfWork, asked: PaymentsQuery) -> PaymentsList:
    """Return a page, newest first, and the counts of the tabs. Raises CursorNotValid, Invalid."""
    beside = _beside(asked)
    found = rows_of(uow, asked, beside=beside, backwards=bool(asked.before), most=asked.limit + 1)
    rows, has_more = found[: asked.limit], len(found) > asked.limit
    if asked.before:
        rows = rows[::-1]
    goes_back = bool(asked.before)
    edges = [cursor_of(row).written() for row in (rows[0], rows[-1])] if rows else [None, None]
    counted = {row.status: int(row.amount) for row in COUNTS.all(uow)}
    return PaymentsList.model_validate(
        {
            "items": [listed(row) for row in rows],
            "counts": counted | {"all": sum(counted.values())},
            "before": edges[0] if (has_more if goes_back else asked.after) else None,
            "after": edges[1] if (goes_back or has_more) else None,
        }
    )


def rows_of(
    uow: UnitOfWork,
    asked: PaymentsNarrowed,
    *,
    beside: TimeCursor | None,
    backwards: bool = False,
    most: int,
) -> Sequence[Any]:
    """Return rows of the list from a place on, in the order in which they were read."""
    values = _values(uow, asked)
    if beside is not None:
        values |= {"beside_at": beside.value, "beside_id": beside.id}
    return _page(Shape(frozenset(values), backwards, most)).all(uow, **values)


def cursor_of(row: Any) -> TimeCursor:
    """Return the place of a row in the list."""
    return TimeCursor(list=LIST, value=row.created_at, id=row.id)


def listed(row: Any) -> PaymentListed:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=row.currency)

    return PaymentListed(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        membership_id=row.membership_id,
        status=row.status,
        total=money(row.total),
        refunded=money(row.refunded),
        received=money(row.captured),
        spent=money(row.captured - row.refunded),
        gateway=row.gateway,
        gateway_reference=row.gateway_reference,
        kind=row.kind,
        due_at=row.due_at,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )


@dataclass(frozen=True)
class Shape:
    """What makes one statement another than the next: which values narrow it, and the way it is read."""

    narrowed_by: frozenset[str]
    backwards: bool
    most: int


@lru_cache(maxsize=512)  # callers choose page sizes, so there are more shapes than memory
def _page(shape: Shape) -> Prepared:
    place = (Payment.created_at.asc(), Payment.id.asc())
    if not shape.backwards:
        place = (Payment.created_at.desc(), Payment.id.desc())
    found = select(*COLUMNS).order_by(*place).limit(literal_column(str(shape.most)))
    for name in sorted(shape.narrowed_by & CONDITIONS.keys()):
        found = found.where(CONDITIONS[name]())
    if searched := shape.narrowed_by & SEARCHED.keys():
        ids = [SEARCHED[name]() for name in sorted(searched)]
        found = found.where(Payment.id.in_(union(*ids) if len(ids) > 1 else ids[0]))
    if "beside_at" in shape.narrowed_by:
        here = tuple_(Payment.created_at, Payment.id)
        there = tuple_(bindparam("beside_at", type_=TIME), bindparam("beside_id", type_=ID))
        found = found.where(here > there if shape.backwards else here < there)
    return Prepared(found, keeps_plan=not searched)


def _by_reference() -> Select[UUID]:
    return select(Payment.id).where(Payment.gateway_reference == bindparam("reference", type_=Text()))


def _by_charge() -> Select[UUID]:
    """Attempts have names too, also those that failed; the index has the gateway before the name."""
    return select(Charge.payment_id).where(
        Charge.gateway.in_(select(GatewaySettings.gateway)),
        Charge.reference == bindparam("charge", type_=Text()),
    )


def _of_customers() -> Select[UUID]:
    his = Payment.customer_id == any_(bindparam("customers", type_=ARRAY(Uuid())))
    return select(Payment.id).where(his)


CONDITIONS = {
    "status": lambda: Payment.status == bindparam("status", type_=Text()),
    "gateway": lambda: Payment.gateway == bindparam("gateway", type_=Text()),
    "kind": lambda: Payment.kind == bindparam("kind", type_=Text()),
    "since": lambda: Payment.created_at >= bindparam("since", type_=TIME),
    "until": lambda: Payment.created_at < bindparam("until", type_=TIME),
    "number": lambda: Payment.number == bindparam("number", type_=BigInteger()),
}
SEARCHED = {"reference": _by_reference, "charge": _by_charge, "customers": _of_customers}


def _values(uow: UnitOfWork, asked: PaymentsNarrowed) -> dict[str, Any]:
    begins, ends = days_between(uow, asked.since, asked.until)
    values: dict[str, Any] = {
        "status": "" if asked.tab == "all" else asked.tab,
        "gateway": asked.gateway,
        "kind": asked.kind,
        "since": begins,
        "until": ends,
    }
    return {name: value for name, value in values.items() if value} | _sought(asked)


def _sought(asked: PaymentsNarrowed) -> dict[str, Any]:
    words = asked.q.strip()
    number = number_in(words)
    if number is not None:
        return {"number": number}
    customers = customers_in(asked.customers)
    his = {"customers": customers} if asked.customers else {}
    return his | ({"reference": words, "charge": words} if words else {})


def _beside(asked: PaymentsQuery) -> TimeCursor | None:
    if asked.after and asked.before:
        sentence = N_("Go on or back, not both at once.")
        raise CursorNotValid(sentence, fields={"before": sentence})
    field = "before" if asked.before else "after"
    given = asked.before or asked.after
    return TimeCursor.read(given, of=LIST, field=field) if given else None
