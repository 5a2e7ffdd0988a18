"""Products: what is sold, for how much, and what a site may use of it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.billing import MembershipStatus, Period
from kernel.contracts.common import Contract
from kernel.contracts.money import Money

ProductKind = Literal["plan", "package", "service"]
"""``package``: something on top of a plan; ``service``: work that is done once or again and again."""

Pricing = Literal["paid", "free", "contact_us"]
ProductsTab = Literal["all", "plan", "package", "service", "retired"]

LIMITS = ("sites", "pages", "domains", "storage")
MOST_PRICES = 50


class ProductLimits(Contract):
    """What a site may use; None: as much as it likes. ``storage`` in megabytes."""

    sites: int | None = None
    pages: int | None = None
    domains: int | None = None
    storage: int | None = None


class ProductPrice(Contract):
    """What a product costs in one currency per period, or once without; in minor units.

    ``setup_fee`` is asked for once, with the first payment.
    """

    currency: str
    amount: int
    setup_fee: int = 0
    period: Period | None = None

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)

    @property
    def setup(self) -> Money:
        return Money(amount=self.setup_fee, currency=self.currency)


class ProductTerms(Contract):
    """A product as it is written down. Empty ``slug``: made from the name.

    ``cycles``: how many periods are billed; None: until it ends otherwise. ``group`` and ``position`` put
    products together and in order where they are chosen. ``is_active``: it is on sale.
    """

    name: str
    slug: str = ""
    description: str = ""
    kind: ProductKind = "plan"
    pricing: Pricing = "paid"
    group: str = ""
    position: int = 10
    is_active: bool = True
    trial_days: int = 0
    cycles: int | None = None
    contact_url: str = ""
    limits: ProductLimits = ProductLimits()
    prices: tuple[ProductPrice, ...] = ()


class ProductChange(Contract):
    """``PUT /v1/products/<id>``. ``seen``: versions the caller knows, one of them the present; None: any."""

    seen: list[int] | None
    terms: ProductTerms


class ProductRow(Contract):
    """A product as the list shows it."""

    id: UUID
    name: str
    slug: str
    kind: ProductKind
    pricing: Pricing
    group: str
    position: int
    is_active: bool
    retired_at: datetime | None
    trial_days: int
    cycles: int | None
    prices: tuple[ProductPrice, ...]


class ProductCounts(Contract):
    """How many products each tab holds; a retired one is in that tab alone."""

    all: int = 0
    plan: int = 0
    package: int = 0
    service: int = 0
    retired: int = 0


class ProductsQuery(Contract):
    """The list as asked for; ``q``: a part of the name, the slug or the group."""

    tab: ProductsTab = "all"
    q: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: str | None = None
    before: str | None = None


class ProductsList(Contract):
    """``GET /v1/products``: in their order. Opaque cursors; None: the end."""

    items: list[ProductRow]
    counts: ProductCounts
    after: str | None
    before: str | None


class Product(ProductTerms):
    """``GET /v1/products/<id>``. ``uses``: how many memberships with it, by their status.

    ``is_used``: something was ever sold of it, so it is retired and never deleted.
    """

    id: UUID
    version: int
    retired_at: datetime | None
    created_at: datetime
    modified_at: datetime
    uses: dict[MembershipStatus, int]
    is_used: bool

    @property
    def terms(self) -> ProductTerms:
        return ProductTerms.model_validate({name: getattr(self, name) for name in ProductTerms.model_fields})
