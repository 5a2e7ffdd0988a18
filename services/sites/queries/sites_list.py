"""The list of sites: a page of a tab, narrowed; how many every tab holds; batches for a file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import aliased

from kernel.asked_ids import customers_in
from kernel.contracts.sites_list import SiteListed, SitesList, SitesNarrowed, SitesQuery, SitesTab
from kernel.cursors import CursorNotValid, TimeCursor
from kernel.database import UnitOfWork
from kernel.errors import N_
from kernel.folding import asked_words, prefix_range
from kernel.prepared import Prepared
from services.sites.models import Domain, Network, Site, SiteCount, SiteWord
from services.sites.rows import site_row
from services.sites.sites import network_of

LIST = "sites"
TIME, ID = DateTime(timezone=True), Uuid()
NOTHING = "\x7f"  # no folded word begins so

COUNTS = Prepared(
    select(SiteCount.type, SiteCount.state, func.sum(SiteCount.amount).label("amount")).group_by(
        SiteCount.type, SiteCount.state
    )
)
HOSTS = (
    select(func.array_agg(Domain.host))
    .where(Domain.network_id == Site.network_id, Domain.site_id == Site.id)
    .scalar_subquery()
)
COLUMNS = (
    Site.id,
    Site.name,
    Site.title,
    Site.type,
    Site.state,
    Site.category,
    Site.customer_id,
    Site.membership_id,
    Site.is_primary,
    Site.created_at,
    Network.domain,
    HOSTS.label("domains"),
)
TABS: dict[SitesTab, Callable[[], ColumnElement[bool]]] = {
    "customer_owned": lambda: Site.type == literal_column("'customer_owned'"),
    "template": lambda: Site.type == literal_column("'template'"),
    "pending": lambda: Site.state == literal_column("'pending'"),
    "disabled": lambda: Site.state == literal_column("'disabled'"),
}


def sites_list(uow: UnitOfWork, asked: SitesQuery) -> SitesList:
    """Return a page, newest first, and the counts of the tabs. Raises CursorNotValid, Invalid."""
    goes_back = bool(asked.before)
    found = rows_of(uow, asked, beside=_beside(asked), backwards=goes_back, most=asked.limit + 1)
    rows, has_more = found[: asked.limit], len(found) > asked.limit
    if goes_back:
        rows = rows[::-1]
    edges = [cursor_of(row).written() for row in (rows[0], rows[-1])] if rows else [None, None]
    return SitesList(
        items=[listed(row) for row in rows],
        counts=_counts(COUNTS.all(uow)),
        before=edges[0] if (has_more if goes_back else asked.after) else None,
        after=edges[1] if (goes_back or has_more) else None,
    )


def rows_of(
    uow: UnitOfWork, asked: SitesNarrowed, *, beside: TimeCursor | None, backwards: bool = False, most: int
) -> Sequence[Any]:
    """Return rows of the list from a place on, in the order in which they were read; one statement."""
    words = _words(uow, asked.q)
    values: dict[str, Any] = {}
    for place, word in enumerate(words):
        values[f"first_{place}"], values[f"last_{place}"] = prefix_range(word)
    if asked.customers:
        values["customers"] = customers_in(asked.customers)
    if beside is not None:
        values |= {"beside_at": beside.value, "beside_id": beside.id}
    shape = Shape(asked.tab, len(words), bool(asked.customers), beside is not None, backwards, most)
    return _page(shape).all(uow, **values)


def cursor_of(row: Any) -> TimeCursor:
    """Return the place of a row in the list."""
    return TimeCursor(list=LIST, value=row.created_at, id=row.id)


def listed(row: Any) -> SiteListed:
    return SiteListed(
        **dict(site_row(row, row.domain)), category=row.category, domains=sorted(row.domains or [])
    )


@dataclass(frozen=True)
class Shape:
    """What makes one statement another than the next: what narrows it, and the way it is read."""

    tab: SitesTab
    words: int
    has_customers: bool
    has_beside: bool
    backwards: bool
    most: int


@lru_cache(maxsize=512)  # callers choose page sizes, so there are more shapes than memory
def _page(shape: Shape) -> Prepared:
    found = _ordered(shape, select(*COLUMNS).join(Network, Network.network_id == Site.network_id))
    ways = list(_ways(shape))
    if len(ways) > 1:
        # Each way finds its own first rows, so that none is looked for among all that the other finds.
        ids = union(*(select(_ordered(shape, select(Site.id).where(way)).subquery().c.id) for way in ways))
        found = found.where(Site.id.in_(ids))
    elif ways:
        found = found.where(ways[0])
    # One word stands in all titles and the next in one: each search is planned for its own words.
    return Prepared(found, keeps_plan=not ways)


def _ordered(shape: Shape, found: Select[Any]) -> Select[Any]:
    place = (Site.created_at.desc(), Site.id.desc())
    if shape.backwards:
        place = (Site.created_at.asc(), Site.id.asc())
    if shape.tab in TABS:
        found = found.where(TABS[shape.tab]())
    if shape.has_beside:
        here = tuple_(Site.created_at, Site.id)
        there = tuple_(bindparam("beside_at", type_=TIME), bindparam("beside_id", type_=ID))
        found = found.where(here > there if shape.backwards else here < there)
    return found.order_by(*place).limit(literal_column(str(shape.most)))


def _ways(shape: Shape) -> Iterable[ColumnElement[bool]]:
    """Give the ways in which a site can be what is searched for: by its words, or by its owner."""
    if shape.words:
        yield and_(*(_has_word(place) for place in range(shape.words)))
    if shape.has_customers:
        yield Site.customer_id == any_(bindparam("customers", type_=ARRAY(Uuid())))


def _has_word(place: int) -> ColumnElement[bool]:
    word = aliased(SiteWord)
    return exists().where(
        word.network_id == Site.network_id,
        word.site_id == Site.id,
        word.word >= bindparam(f"first_{place}", type_=Text()),
        word.word < bindparam(f"last_{place}", type_=Text()),
    )


def _words(uow: UnitOfWork, q: str) -> list[str]:
    """Return the words to search for; of a host on the network's own domain, its first part."""
    sought = q.strip().lower()
    if not sought:
        return []
    if "." in sought:
        sought = sought.removesuffix(f".{network_of(uow).domain}")
    return asked_words(sought) or [NOTHING]


def _counts(counted: Sequence[Any]) -> dict[SitesTab, int]:
    def amount(**wanted: str) -> int:
        return sum(int(row.amount) for row in counted if wanted.items() <= row._asdict().items())

    return {
        "all": amount(),
        "customer_owned": amount(type="customer_owned"),
        "template": amount(type="template"),
        "pending": amount(state="pending"),
        "disabled": amount(state="disabled"),
    }


def _beside(asked: SitesQuery) -> TimeCursor | None:
    if asked.after and asked.before:
        sentence = N_("Go on or back, not both at once.")
        raise CursorNotValid(sentence, fields={"before": sentence})
    field = "before" if asked.before else "after"
    given = asked.before or asked.after
    return TimeCursor.read(given, of=LIST, field=field) if given else None
