"""The demo's money: products, memberships in every state, payments in three currencies, refunds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

from sqlalchemy import select

from command.demo.story import People, Story, tell
from command.demo.teller import MONTH, YEAR, Shelf, Teller
from kernel.auth import Identity
from kernel.contracts.billing import Period
from kernel.contracts.money import Money
from kernel.contracts.products import ProductKind
from kernel.database import Database, UnitOfWork
from services.billing.models import Membership, Product
from services.billing.products.sale import Offer, create_product

OPENED = timedelta(days=900)


@dataclass(frozen=True)
class Sale:
    """What the demo sells: per month and year, or once, in kronor, euro and yen (minor units)."""

    slug: str
    name: str
    kind: ProductKind
    month: tuple[int, int, int] = (0, 0, 0)
    year: tuple[int, int, int] = (0, 0, 0)
    once: tuple[int, int, int] = (0, 0, 0)
    description: str = ""


CURRENCIES = ("SEK", "EUR", "JPY")
SALES = (
    Sale("bas", "Bas", "plan", month=(14900, 1400, 2200), year=(149000, 14000, 22000),
         description="En webbplats, egen adress och säkerhetskopior varje natt."),
    Sale("foretag", "Företag", "plan", month=(34900, 3200, 4800), year=(349000, 32000, 48000),
         description="Tre webbplatser, egna domäner och hjälp på telefon."),
    Sale("butik", "Butik", "package", month=(19900, 1800, 2700), year=(199000, 18000, 27000),
         description="Varukorg, kortbetalning och lager till en av planerna."),
    Sale("flytthjalp", "Flytthjälp", "service", once=(190000, 17000, 26000),
         description="Vi flyttar in den gamla webbplatsen, adresserna med."),
)  # fmt: skip


def make_billing(database: Database, operator: Identity, people: People) -> None:
    """Make it all in one transaction, unless it is there."""
    with database.unit_of_work(operator, timeout=60_000) as uow:
        if uow.session.scalar(select(Product.id).limit(1)) is not None:
            return
        present = uow.now
        uow.now = present - OPENED
        shelf = _put_on_sale(uow)
        uow.now = present
        tell(uow, _stories(uow, people, shelf))


def _put_on_sale(uow: UnitOfWork) -> Shelf:
    """Create the products and return them by their short names."""
    paid = [
        create_product(
            uow,
            slug=sale.slug,
            name=sale.name,
            kind=sale.kind,
            pricing="paid",
            offers=_offers(sale),
            description=sale.description,
        )
        for sale in SALES
    ]
    free = create_product(uow, slug="prova", name="Prova på", kind="plan", pricing="free")
    agreed = create_product(uow, slug="storkund", name="Storkund", kind="plan", pricing="contact_us")
    return {product.slug: product for product in (*paid, free, agreed)}


def _offers(sale: Sale) -> list[Offer]:
    each: list[tuple[Period | None, tuple[int, int, int]]] = [
        (MONTH, sale.month),
        (YEAR, sale.year),
        (None, sale.once),
    ]
    return [
        Offer(Money(amount=amount, currency=currency), period)
        for period, amounts in each
        for amount, currency in zip(amounts, CURRENCIES, strict=True)
        if amount
    ]


def _stories(uow: UnitOfWork, people: People, shelf: Shelf) -> Iterator[Story]:
    """Give everybody a story, so that every state is there; a third have none."""
    owner = Teller(uow, people.site_owner, shelf, _dice(0))
    yield from (owner.renewed("foretag", 2), owner.helped(regretted=False))
    for turn, person in enumerate(people.customers):
        teller = Teller(uow, person, shelf, _dice(turn + 1))
        for make in _plots(teller)[turn % 18]:
            yield make()


def _dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - for a story, not for a secret


def _plots(teller: Teller) -> list[list[partial[Story]]]:
    """Return what may have happened to a customer, in the order in which it is dealt out."""
    renewed, monthly, lapsed = teller.renewed, teller.monthly, teller.lapsed
    return [
        [partial(renewed, "bas", 2)],
        [partial(monthly, "bas", "active")],
        [],
        [partial(renewed, "foretag", 1), partial(monthly, "butik", "active")],
        [partial(lapsed, "bas", "expired")],
        [],
        [partial(monthly, "foretag", "pending")],
        [partial(lapsed, "foretag", "cancelled"), partial(renewed, "bas", 1)],
        [partial(teller.free)],
        [partial(teller.helped, regretted=False), partial(renewed, "foretag", 2)],
        [],
        [partial(monthly, "bas", "on_hold")],
        [partial(teller.trying)],
        [partial(monthly, "bas", "failed")],
        [],
        [partial(teller.helped, regretted=True)],
        [partial(monthly, "foretag", "cancelled")],
        [],
    ]


def memberships_of(database: Database, operator: Identity) -> dict[UUID, UUID]:
    """Return each customer's newest membership that is not over."""
    going_on = select(Membership.customer_id, Membership.id).where(
        Membership.status.in_(["active", "trialing", "on_hold", "pending"])
    )
    with database.unit_of_work(operator) as uow:
        return {
            customer: newest for customer, newest in uow.session.execute(going_on.order_by(Membership.number))
        }
