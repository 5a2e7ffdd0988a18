"""The cards and accounts that gateways keep for customers: saved, chosen, taken away."""

from uuid import UUID

from sqlalchemy import func, select, update

from kernel.contracts.events import PaymentMethodRemoved, PaymentMethodSaved
from kernel.contracts.plugins import Method
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, NotFound
from kernel.ids import new_id
from services.billing.models import PaymentMethod


class NoMethod(Conflict):
    """The customer has no saved way to pay that could be charged."""


def keep_method(uow: UnitOfWork, customer_id: UUID, gateway: str, method: Method) -> PaymentMethod:
    """Write down what a gateway saved for a customer; the newest is charged from now on. Safe to repeat."""
    same = (PaymentMethod.gateway == gateway) & (PaymentMethod.reference == method.reference)
    kept = uow.session.scalar(select(PaymentMethod).where(same).with_for_update(of=PaymentMethod))
    if kept is not None and kept.removed_at is None and kept.customer_id == customer_id:
        return kept
    if kept is None:
        kept = PaymentMethod(id=new_id(), gateway=gateway, reference=method.reference, created_at=uow.now)
        uow.add(kept)
    kept.customer_id, kept.gateway_customer = customer_id, method.customer
    kept.brand, kept.last4, kept.expires = method.brand, method.last4, method.expires
    kept.is_default, kept.removed_at, kept.modified_at = False, None, uow.now
    uow.session.flush()
    _make_default(uow, kept)
    uow.publish(
        PaymentMethodSaved(
            method_id=kept.id,
            customer_id=customer_id,
            gateway=gateway,
            brand=kept.brand,
            last4=kept.last4,
        )
    )
    return kept


def choose_default(uow: UnitOfWork, method_id: UUID, *, customer_id: UUID | None = None) -> PaymentMethod:
    """Charge this method from now on, where nothing else is said.

    Raises NotFound, with a ``customer_id`` also for a method of somebody else's.
    """
    method = _kept(uow, method_id, customer_id)
    _make_default(uow, method)
    return method


def remove_method(uow: UnitOfWork, method_id: UUID, *, customer_id: UUID | None = None) -> PaymentMethod:
    """Charge the method no more; the newest other one takes its place. Raises as ``choose_default`` does."""
    method = _kept(uow, method_id, customer_id)
    was_default, method.is_default = method.is_default, False
    method.removed_at = method.modified_at = uow.now
    uow.session.flush()
    if was_default and (others := kept_methods(uow, method.customer_id)):
        _make_default(uow, others[0])
    uow.publish(
        PaymentMethodRemoved(
            method_id=method.id,
            customer_id=method.customer_id,
            gateway=method.gateway,
            brand=method.brand,
            last4=method.last4,
        )
    )
    return method


def forget_methods(uow: UnitOfWork, customer_id: UUID) -> None:
    """Charge none of a customer's methods any more, and keep nothing of his cards: he was deleted."""
    his = update(PaymentMethod).where(PaymentMethod.customer_id == customer_id)
    forgotten = his.values(
        removed_at=func.coalesce(PaymentMethod.removed_at, uow.now),
        is_default=False,
        brand="",
        last4="",
        expires="",
        modified_at=uow.now,
    )
    uow.session.execute(forgotten.execution_options(synchronize_session=False))


def kept_methods(uow: UnitOfWork, customer_id: UUID) -> list[PaymentMethod]:
    """Return a customer's methods, the default first, then the newest."""
    his = select(PaymentMethod).where(
        PaymentMethod.customer_id == customer_id, PaymentMethod.removed_at.is_(None)
    )
    ordered = his.order_by(PaymentMethod.is_default.desc(), PaymentMethod.id.desc())
    return list(uow.session.scalars(ordered))


def method_to_charge(uow: UnitOfWork, customer_id: UUID, method_id: UUID | None) -> PaymentMethod:
    """Return the method asked for, or the customer's default. Raises NoMethod."""
    kept = kept_methods(uow, customer_id)
    wanted = [method for method in kept if method_id in {None, method.id}]
    if not wanted:
        raise NoMethod(N_("The customer has no saved way to pay. Send a link to pay instead."))
    return wanted[0]


def gateway_customer(uow: UnitOfWork, customer_id: UUID, gateway: str) -> str:
    """Return the gateway's own name for a customer; empty when it has none."""
    his = (PaymentMethod.customer_id == customer_id) & (PaymentMethod.gateway == gateway)
    newest = select(PaymentMethod.gateway_customer).where(his).order_by(PaymentMethod.id.desc())
    return uow.session.scalar(newest.limit(1)) or ""


def _make_default(uow: UnitOfWork, method: PaymentMethod) -> None:
    others = update(PaymentMethod).where(
        PaymentMethod.customer_id == method.customer_id, PaymentMethod.is_default
    )
    uow.session.execute(others.values(is_default=False).execution_options(synchronize_session="fetch"))
    method.is_default, method.modified_at = True, uow.now
    uow.session.flush()


def _kept(uow: UnitOfWork, method_id: UUID, customer_id: UUID | None) -> PaymentMethod:
    method = uow.get(PaymentMethod, method_id, lock=True)
    if method.removed_at is not None or customer_id not in {None, method.customer_id}:
        raise NotFound(PaymentMethod.missing)
    return method
