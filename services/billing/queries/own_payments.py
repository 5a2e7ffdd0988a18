"""A customer's own payments and ways to pay, as he sees them on his site."""

from uuid import UUID

from sqlalchemy import select, tuple_

from kernel.contracts import own_payments as contract
from kernel.cursors import TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.billing.gateways.configured import GatewayNotReady, default_gateway
from services.billing.models import Membership, MethodSetup, Payment, Product
from services.billing.models.payments import PAYABLE
from services.billing.payments.charges import require_ready
from services.billing.payments.methods import kept_methods
from services.billing.queries.overview import payment_row
from services.billing.queries.payment import method_row

SHOWN = 50
LIST = "own payments"
RUNS = ("trialing", "active", "on_hold")


def own_payments(uow: UnitOfWork, customer_id: UUID, after: str | None) -> contract.OwnPayments:
    """Return a page of his payments, newest first. Raises CursorNotValid."""
    found = select(Payment).where(Payment.customer_id == customer_id)
    if after:
        beside = TimeCursor.read(after, of=LIST, field="after")
        found = found.where(tuple_(Payment.created_at, Payment.id) < tuple_(beside.value, beside.id))
    newest = found.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(SHOWN + 1)
    rows = uow.session.scalars(newest).all()
    is_more = len(rows) > SHOWN
    last = rows[SHOWN - 1] if is_more else None
    return contract.OwnPayments(
        items=[
            contract.OwnPayment(**dict(payment_row(row)), due_at=row.due_at, is_open=row.status in PAYABLE)
            for row in rows[:SHOWN]
        ],
        after=TimeCursor(list=LIST, value=last.created_at, id=last.id).written() if last else None,
    )


def require_own(uow: UnitOfWork, payment_id: UUID, customer_id: UUID) -> None:
    """Raise NotFound for a payment of somebody else's, as for one that is not there."""
    his = select(Payment.id).where(Payment.id == payment_id, Payment.customer_id == customer_id)
    if uow.session.scalar(his) is None:
        raise NotFound(Payment.missing)


def own_methods(uow: UnitOfWork, customer_id: UUID) -> contract.OwnMethods:
    """Return his ways to pay, and the memberships that are charged to them by themselves."""
    return contract.OwnMethods(
        items=[method_row(method) for method in kept_methods(uow, customer_id)],
        renewing=_renewing(uow, customer_id),
        card_page=card_page(uow, customer_id),
    )


def card_page(uow: UnitOfWork, customer_id: UUID) -> contract.CardPage:
    """Return the newest page that he asked for to save a card on."""
    his = select(MethodSetup).where(MethodSetup.customer_id == customer_id, MethodSetup.status != "cancelled")
    newest = uow.session.scalar(his.order_by(MethodSetup.id.desc()).limit(1))
    return contract.CardPage(
        status=newest.status if newest else None,
        page=newest.page if newest and newest.status == "waiting" else "",
        reason=newest.reason if newest and newest.status == "failed" else "",
        can_save=_can_save(uow),
    )


def _can_save(uow: UnitOfWork) -> bool:
    try:
        require_ready(uow, default_gateway(uow))
    except GatewayNotReady:
        return False
    return True


def _renewing(uow: UnitOfWork, customer_id: UUID) -> list[contract.Renewing]:
    same = (Product.network_id == Membership.network_id) & (Product.id == Membership.product_id)
    his = (
        select(Membership.id, Membership.number, Product.name)
        .join(Product, same)
        .where(
            Membership.customer_id == customer_id,
            Membership.status.in_(RUNS),
            Membership.auto_renew,
            Membership.cancels_at.is_(None),
            Membership.amount > 0,
        )
        .order_by(Membership.number)
    )
    return [
        contract.Renewing(id=row.id, number=row.number, product=row.name) for row in uow.session.execute(his)
    ]
