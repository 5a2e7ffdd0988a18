"""Products: a page of their list with the counts of its tabs, and one with who uses it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Row, func, or_, select

from kernel.contracts import products as contract
from kernel.contracts.billing import MembershipStatus
from kernel.contracts.products import ProductCounts, ProductRow, ProductsList, ProductsQuery, ProductsTab
from kernel.cursors import BIGINT, LONGEST, Cursor
from kernel.database import UnitOfWork
from services.billing.models import Membership, MembershipItem, Product
from services.billing.products.retirement import is_used
from services.billing.products.sale import prices_of, terms_of
from services.billing.queries.paging import Order

LIST = "products"
SORT_NAME = func.lower(Product.name).label("sort_name")
ROW = (
    "id", "name", "slug", "kind", "pricing", "group", "position", "is_active", "retired_at", "trial_days",
    "cycles",
)  # fmt: skip


class PlaceCursor(Cursor):
    """Beside a product: its place, then its name."""

    value: tuple[
        Annotated[int, Field(ge=-BIGINT, le=BIGINT)],
        Annotated[str, Field(max_length=LONGEST, pattern=r"^[^\x00]*$")],
    ]


def _place(row: Row[Product, str]) -> Cursor:
    return PlaceCursor(list=LIST, value=(row.Product.position, row.sort_name), id=row.Product.id)


IN_ORDER: Order[Row[Product, str]] = Order(
    LIST, (Product.position.expression, SORT_NAME.element, Product.id.expression), PlaceCursor, _place
)


def products_list(uow: UnitOfWork, asked: ProductsQuery) -> ProductsList:
    """Return a page in the products' order, and the tabs' counts; three statements. Raises CursorNotValid."""
    found = select(Product, SORT_NAME).where(*_in_tab(asked.tab), *_called(asked.q))
    page = IN_ORDER.page(uow.session.execute(IN_ORDER.narrowed(found, asked)).all(), asked)
    return ProductsList(
        items=[_row(row.Product) for row in page.rows],
        counts=_counts(uow),
        after=page.after,
        before=page.before,
    )


def product(uow: UnitOfWork, product_id: UUID) -> contract.Product:
    """Return one product, with how many memberships have it. Raises NotFound."""
    found = uow.get(Product, product_id)
    uses = _uses(uow, product_id)
    return contract.Product(
        **dict(terms_of(found)),
        id=found.id,
        version=found.version,
        retired_at=found.retired_at,
        created_at=found.created_at,
        modified_at=found.modified_at,
        uses=uses,
        is_used=bool(uses) or is_used(uow, product_id),
    )


def _uses(uow: UnitOfWork, product_id: UUID) -> dict[MembershipStatus, int]:
    same = (MembershipItem.network_id == Membership.network_id) & (
        MembershipItem.membership_id == Membership.id
    )
    counted = (
        select(Membership.status, func.count())
        .join(MembershipItem, same)
        .where(MembershipItem.product_id == product_id)
        .group_by(Membership.status)
    )
    return {status: number for status, number in uow.session.execute(counted).all()}


def _counts(uow: UnitOfWork) -> ProductCounts:
    is_retired = Product.retired_at.is_not(None).label("is_retired")
    counted = select(Product.kind, is_retired, func.count().label("number")).group_by(
        Product.kind, is_retired
    )
    rows = uow.session.execute(counted).all()
    kinds = {row.kind: row.number for row in rows if not row.is_retired}
    retired = sum(row.number for row in rows if row.is_retired)
    return ProductCounts(all=sum(kinds.values()), retired=retired, **kinds)


def _in_tab(tab: ProductsTab) -> list[ColumnElement[bool]]:
    if tab == "retired":
        return [Product.retired_at.is_not(None)]
    on_sale = Product.retired_at.is_(None)
    return [on_sale] if tab == "all" else [on_sale, Product.kind == tab]


def _called(words: str) -> list[ColumnElement[bool]]:
    """Return that the name, the slug or the group holds what is searched for."""
    wanted = words.strip()
    if not wanted:
        return []
    places = (Product.name, Product.slug, Product.group)
    return [or_(*(place.icontains(wanted, autoescape=True) for place in places))]


def _row(product: Product) -> ProductRow:
    plain = {name: getattr(product, name) for name in ROW}
    return ProductRow(**plain, prices=prices_of(product.prices))
