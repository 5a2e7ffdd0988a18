"""What a membership consists of and costs, and the rules for what it may become."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.billing import Period
from kernel.contracts.memberships import ChangeOrder, Pricing, ProductQuantity
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Invalid, NotFound
from kernel.ids import new_id
from services.billing.memberships.bills import items_of
from services.billing.memberships.periods import period_of
from services.billing.models import Membership, MembershipItem, Product
from services.billing.sold import NotSoldThatWay


class TermsNotValid(Invalid):
    """The products, or the price, cannot be those of a membership."""


class NothingToChange(Conflict):
    """The membership is what it is to become."""


@dataclass(frozen=True)
class TermsItem:
    """So many of a product; ``unit`` is what one of it costs per period, in minor units."""

    product_id: UUID
    name: str
    quantity: int
    unit: int


@dataclass(frozen=True)
class Terms:
    """What a membership consists of, plan first, and what all of it costs per period, or once without."""

    items: tuple[TermsItem, ...]
    amount: int
    period: Period | None
    cycles: int | None

    @property
    def listed(self) -> int:
        return sum(item.unit * item.quantity for item in self.items)

    def as_json(self) -> dict[str, Any]:
        return {
            "items": [
                {"product_id": str(item.product_id), "name": item.name,
                 "quantity": item.quantity, "unit": item.unit}
                for item in self.items
            ],
            "amount": self.amount,
            "period": self.period.model_dump() if self.period else None,
            "cycles": self.cycles,
        }  # fmt: skip

    @classmethod
    def of_json(cls, terms: dict[str, Any]) -> "Terms":
        items = tuple(
            TermsItem(UUID(item["product_id"]), item["name"], item["quantity"], item["unit"])
            for item in terms["items"]
        )
        period = terms["period"]
        return cls(items, terms["amount"], period_of(**_columns(period)) if period else None, terms["cycles"])


def terms_of(uow: UnitOfWork, membership: Membership) -> Terms:
    """Return what a membership consists of and costs now."""
    items = tuple(
        TermsItem(item.product_id, product.name, item.quantity, item.unit)
        for item, product in items_of(uow, membership)
    )
    return Terms(items, membership.amount, membership.period, membership.cycles)


def wanted_terms(uow: UnitOfWork, membership: Membership, order: ChangeOrder) -> Terms:
    """Return what the membership is to become. Raises TermsNotValid, NotSoldThatWay, NothingToChange."""
    now = terms_of(uow, membership)
    period = now.period if order.keeps_period else order.period
    if order.price == "keep" and period != now.period:
        raise TermsNotValid(
            N_("The agreed price is for the period it was agreed for."),
            fields={"price": N_("With another period the price is another one too.")},
        )
    kept = {item.product_id: item for item in now.items}
    items = priced(
        uow, order.products, currency=membership.currency, period=period, kept=kept, price=order.price
    )
    plan_stays = items[0].product_id == now.items[0].product_id
    cycles = now.cycles if plan_stays else uow.get(Product, items[0].product_id).cycles
    listed = sum(item.unit * item.quantity for item in items)
    amount = now.amount if order.price == "keep" else listed
    terms = Terms(items, amount if order.amount is None else order.amount, period, cycles)
    if terms == now:
        raise NothingToChange(N_("This membership is like that already."))
    return terms


def priced(
    uow: UnitOfWork,
    products: tuple[ProductQuantity, ...],
    *,
    currency: str,
    period: Period | None,
    kept: dict[UUID, TermsItem],
    price: Pricing = "recompute",
) -> tuple[TermsItem, ...]:
    """Return the products with their prices, plan first; those of ``kept`` may be off sale by now.

    Raises TermsNotValid, NotSoldThatWay and NotFound.
    """
    found = _found(uow, products)
    items = []
    for wanted in products:
        product = found[wanted.product_id]
        before = kept.get(product.id)
        if before is not None and price == "keep":
            unit = before.unit
        else:
            unit = _price(product, currency, period, is_kept=before is not None, may_be_free=price == "keep")
        items.append(TermsItem(product.id, product.name, wanted.quantity, unit))
    return tuple(sorted(items, key=lambda item: found[item.product_id].kind != "plan"))


def put_terms(uow: UnitOfWork, membership: Membership, terms: Terms) -> None:
    """Let the membership consist of this, and cost this, from now on; no time and no money is moved."""
    known = {item.product_id: item for item in membership.items}
    membership.items = [
        _item(known.get(item.product_id), item, position)
        for position, item in enumerate(terms.items, start=1)
    ]
    membership.product_id = terms.items[0].product_id
    membership.amount = terms.amount
    membership.period_length = terms.period.length if terms.period else None
    membership.period_unit = terms.period.unit if terms.period else None
    membership.cycles = terms.cycles
    uow.session.flush()


def _found(uow: UnitOfWork, products: tuple[ProductQuantity, ...]) -> dict[UUID, Product]:
    ids = {wanted.product_id for wanted in products}
    found = {
        product.id: product for product in uow.session.scalars(select(Product).where(Product.id.in_(ids)))
    }
    if len(found) < len(ids):
        raise NotFound(Product.missing)
    if len(ids) < len(products):
        raise _not_valid(N_("A product is named once; say how many of it."))
    if sum(product.kind == "plan" for product in found.values()) > 1:
        raise _not_valid(N_("A membership has one plan. Take the other one away."))
    return found


def _price(
    product: Product, currency: str, period: Period | None, *, is_kept: bool, may_be_free: bool
) -> int:
    price = product.price_for(currency, period)
    is_sold = is_kept or (product.is_active and product.retired_at is None)
    if is_sold and price is not None:
        return price.amount
    if is_sold and may_be_free:
        return 0
    raise NotSoldThatWay(
        N_("%(product)s has no price in %(currency)s for this period."),
        product=product.name,
        currency=currency,
    )


def _item(known: MembershipItem | None, item: TermsItem, position: int) -> MembershipItem:
    row = known or MembershipItem(id=new_id(), product_id=item.product_id)
    row.position, row.quantity, row.unit = position, item.quantity, item.unit
    return row


def _not_valid(sentence: str) -> TermsNotValid:
    return TermsNotValid(sentence, fields={"products": sentence})


def _columns(period: dict[str, Any]) -> dict[str, Any]:
    return {"length": period["length"], "unit": period["unit"]}
