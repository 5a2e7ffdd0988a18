"""A billing database, and the few things that most of its tests begin with."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from uuid import UUID

import pytest

from kernel.auth import Identity
from kernel.contracts.billing import Period
from kernel.contracts.money import Money
from kernel.database import Database, UnitOfWork
from kernel.ids import new_id
from services.billing.memberships.lifecycle import start_membership
from services.billing.memberships.waiting import note_policy
from services.billing.models import Membership, Payment, Product
from services.billing.payments.lifecycle import complete_payment, create_payment
from services.billing.payments.lines import Item
from services.billing.products.sale import Offer, create_product

MONTHLY = Period(length=1, unit="month")

Open = Callable[[], AbstractContextManager[UnitOfWork]]


@pytest.fixture(scope="session")
def billing(databases: dict[str, Database]) -> Database:
    return databases["billing"]


@pytest.fixture
def opened(billing: Database, owner: Identity) -> Open:
    """Open a unit of work of its own for the test's network, where nothing waits for a verification."""
    with billing.unit_of_work(owner) as uow:
        note_policy(uow, "never")
    return partial(billing.unit_of_work, owner)


@pytest.fixture
def uow(opened: Open) -> Iterator[UnitOfWork]:
    with opened() as unit:
        yield unit


@pytest.fixture
def customer_id() -> UUID:
    return new_id()


def sek(amount: int) -> Money:
    return Money(amount=amount, currency="SEK")


def make_product(uow: UnitOfWork) -> Product:
    """A plan for 199.00 kronor a month."""
    return create_product(
        uow, slug="bas", name="Bas", kind="plan", pricing="paid", offers=[Offer(sek(19900), MONTHLY)]
    )


def make_membership(uow: UnitOfWork, customer_id: UUID, **more: int) -> Membership:
    product = make_product(uow)
    return start_membership(
        uow, customer_id=customer_id, product_id=product.id, currency="SEK", period=MONTHLY, **more
    )


def make_payment(uow: UnitOfWork, customer_id: UUID, *, amount: int = 1000) -> Payment:
    """A payment that was received."""
    payment = create_payment(uow, customer_id=customer_id, currency="SEK", items=[Item("Bas", amount)])
    return complete_payment(uow, payment.id)
