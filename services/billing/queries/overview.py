"""What the pages read of billing, in few statements each."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row as Columns
from sqlalchemy import Select, bindparam, func, literal_column, select
from sqlalchemy.orm import contains_eager

from kernel.contracts import billing as contract
from kernel.contracts.customers import Found, FoundList
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from kernel.prepared import Prepared
from kernel.short_numbers import number_in
from services.billing.amounts import in_words
from services.billing.memberships.periods import period_of
from services.billing.models import Membership, Payment, Product

NEWEST = 10

Row = TypeVar("Row", Membership, Payment)


MEMBERSHIP_ROW = (
    Membership.id,
    Membership.number,
    Membership.customer_id,
    Membership.status,
    Product.name.label("product"),
    Membership.currency,
    Membership.amount,
    Membership.period_length,
    Membership.period_unit,
    Membership.started_at,
    Membership.expires_at,
    Membership.created_at,
    Membership.waits_to_be,
)
"""What every list shows of a membership; joined with its product."""

MEMBERSHIPS = Prepared(
    select(
        *MEMBERSHIP_ROW,
        Membership.left_to_be,
        func.count(Membership.left_to_be).over().label("left_pending"),
        func.count().over().label("how_many"),
    )
    .join(Product, (Product.network_id == Membership.network_id) & (Product.id == Membership.product_id))
    .where(Membership.customer_id == bindparam("customer_id"))
    .order_by(Membership.created_at.desc(), Membership.id.desc())
    .limit(literal_column(str(NEWEST)))
)
PAYMENTS = Prepared(
    select(
        Payment.id,
        Payment.number,
        Payment.customer_id,
        Payment.membership_id,
        Payment.status,
        Payment.currency,
        Payment.total,
        Payment.refunded,
        Payment.gateway,
        Payment.created_at,
        Payment.completed_at,
        func.count().over().label("how_many"),
    )
    .where(Payment.customer_id == bindparam("customer_id"))
    .order_by(Payment.created_at.desc(), Payment.id.desc())
    .limit(literal_column(str(NEWEST)))
)


def customer_billing(uow: UnitOfWork, customer_id: UUID) -> contract.CustomerBilling:
    """Return a customer's newest memberships and payments, and how many there are; two statements."""
    memberships = MEMBERSHIPS.all(uow, customer_id=customer_id)
    payments = PAYMENTS.all(uow, customer_id=customer_id)
    return contract.CustomerBilling(
        memberships=[membership_row(row, row.product) for row in memberships],
        membership_count=memberships[0].how_many if memberships else 0,
        left_pending=memberships[0].left_pending if memberships else 0,
        payments=[payment_row(row) for row in payments],
        payment_count=payments[0].how_many if payments else 0,
    )


def search(uow: UnitOfWork, q: str, limit: int) -> FoundList:
    """Return the membership and the payment with the number ``q``, e.g. ``"42"`` or ``"#42"``."""
    number = number_in(q)
    if number is None:
        return FoundList(items=[])
    memberships = uow.session.scalars(_memberships().where(Membership.number == number))
    payments = uow.session.scalars(select(Payment).where(Payment.number == number))
    hits = [
        *(_found("membership", row, row.product.name) for row in memberships),
        *(_found("payment", row, in_words(row.money(row.total))) for row in payments),
    ]
    return FoundList(items=hits[:limit])


def membership_row(row: Membership | Columns[Any], product: str) -> contract.MembershipRow:
    return contract.MembershipRow(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        status=row.status,
        product=product,
        price=Money(amount=row.amount, currency=row.currency),
        period=period_of(row.period_length, row.period_unit),
        started_at=row.started_at,
        expires_at=row.expires_at,
        created_at=row.created_at,
        waits_for_verification=row.waits_to_be is not None,
        was_left_pending=row.left_to_be is not None,
    )


def payment_row(row: Payment | Columns[Any]) -> contract.PaymentRow:
    return contract.PaymentRow(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        membership_id=row.membership_id,
        status=row.status,
        total=Money(amount=row.total, currency=row.currency),
        refunded=Money(amount=row.refunded, currency=row.currency),
        gateway=row.gateway,
        created_at=row.created_at,
        completed_at=row.completed_at,
    )


def _memberships() -> Select[Membership]:
    """Memberships with their product, in the same statement and without its prices."""
    product = contains_eager(Membership.product)
    return select(Membership).join(Membership.product).options(product, product.raiseload(Product.prices))


def _found(kind: str, row: Membership | Payment, detail: str) -> Found:
    return Found.model_validate({"kind": kind, "id": row.id, "title": f"#{row.number}", "detail": detail})
