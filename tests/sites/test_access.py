"""What a site shows: every combination of site, membership, dates and settings, against a table in words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import update

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.billing import MembershipStatus
from kernel.contracts.events import (
    MembershipExtended,
    MembershipStarted,
    MembershipStatusChanged,
    MembershipTransferred,
)
from kernel.contracts.site_access import BlockingRules, MembershipTold
from kernel.contracts.sites import NetworkSettings, SiteState, SiteType
from kernel.database import Database
from kernel.errors import NotFound
from kernel.events import advance
from kernel.ids import new_id
from kernel.log import CursorRow
from services.sites.access.decision import decide
from services.sites.access.effective import effective_access
from services.sites.models import Site, Visit
from services.sites.queries import sites as queries
from services.sites.settings import change_settings, show_settings
from services.sites.sites import create_site, publish_site
from services.sites.tickets import redeem_ticket
from tests.sites.conftest import Open, ticket_in_hand
from worker.listeners.memberships import memberships_in_sites

NOW = clock.now()
DAY = timedelta(days=1)
STATES, KINDS = get_args(SiteState), get_args(SiteType)
STATUSES: tuple[MembershipStatus, ...] = get_args(MembershipStatus)
ENDS = (None, -30 * DAY, -7 * DAY, -7 * DAY + timedelta(seconds=1), -DAY, timedelta(), DAY, 30 * DAY)
SINCE = (-60 * DAY, -DAY)
RULES = [BlockingRules(blocks_unpaid=on, grace_days=days) for on in (True, False) for days in (0, 7)]


def expected(case: tuple[str, str, str | None, timedelta | None, timedelta, BlockingRules]) -> str:
    """The rules as one would tell them: the first that fits."""
    state, kind, status, end, since, rules = case
    if state == "pending":
        return "owner_only"
    if state == "disabled":
        return "blocked"
    if kind in {"main", "template"} or status is None:
        return "public"
    over = end if end is not None else since
    if status == "cancelled":
        return "blocked" if over <= timedelta() else "public"
    if status in {"active", "trialing", "on_hold"} or not rules.blocks_unpaid:
        return "public"
    return "blocked" if over + rules.grace_days * DAY <= timedelta() else "public"


def test_every_combination_shows_what_the_rules_say():
    tried = 0
    for case in product(STATES, KINDS, (None, *STATUSES), ENDS, SINCE, RULES):
        state, kind, status, end, since, rules = case
        told = status and MembershipTold(
            id=new_id(), number=88, status=status, since=NOW + since,
            expires_at=None if end is None else NOW + end,
        )  # fmt: skip
        shown = decide(state, kind, told or None, rules, NOW, has_membership=bool(told))
        assert shown.shows == expected(case), case
        tried += 1
    assert tried > 5000


@given(some.sampled_from(STATUSES), some.integers(-50, 50), some.booleans(), some.integers(0, 365))
def test_the_day_it_names_is_the_day_on_which_it_changes(
    status: MembershipStatus, days: int, blocks: bool, grace: int
):
    rules = BlockingRules(blocks_unpaid=blocks, grace_days=grace)
    told = MembershipTold(id=new_id(), number=1, status=status, since=NOW, expires_at=NOW + days * DAY)

    def at(moment: datetime) -> str:
        return decide("active", "customer_owned", told, rules, moment, has_membership=True).shows

    from_ = decide("active", "customer_owned", told, rules, NOW, has_membership=True).blocked_from
    if from_ is None:
        assert at(NOW + 10_000 * DAY) == "public"
    elif status != "active":
        assert (at(from_ - timedelta(seconds=1)), at(from_)) == ("public", "blocked")


@pytest.fixture
def under(opened: Open, customer_id: UUID) -> Site:
    """An open site under a membership of which nothing has been told."""
    with opened() as uow:
        made = create_site(uow, name="under", title="Under", customer_id=customer_id, membership_id=new_id())
        return publish_site(uow, made.id)


@pytest.fixture
def tell(databases: dict[str, Database], network: UUID, owner) -> Callable[..., None]:
    """Publish events in billing's log, and let the sites service hear of them."""

    def said(*events: object) -> None:
        with databases["billing"].unit_of_work(owner) as uow:
            uow.publish_many(events)
        hear(databases)

    return said


def hear(databases: dict[str, Database]) -> None:
    while advance(memberships_in_sites, databases["billing"], databases["sites"]):
        pass


def started(site: Site, **more: object) -> MembershipStarted:
    facts = {"membership_id": site.membership_id, "customer_id": site.customer_id, "number": 88}
    return MembershipStarted.model_validate(facts | {"product": "Bas", "status": "active"} | more)


def became(site: Site, status: str, expires_at: datetime | None = None) -> MembershipStatusChanged:
    return MembershipStatusChanged(
        membership_id=site.membership_id, customer_id=site.customer_id, number=88, before="active",
        after=status, expires_at=expires_at,
    )  # fmt: skip


def decide_in(opened: Open, **values: object) -> None:
    with opened() as uow:
        shown = show_settings(uow)
        change_settings(
            uow,
            NetworkSettings.model_validate(shown.settings.model_dump() | values),
            version=shown.version,
        )


def shown(opened: Open, site: Site):
    with opened() as uow:
        return effective_access(uow, site.id)


def test_it_follows_what_billing_tells_with_its_dates(opened: Open, under: Site, tell):
    decide_in(opened, blocks_unpaid=True, grace_days=10)
    ends = clock.now() + 3 * DAY
    assert shown(opened, under).because == "not_told"

    tell(
        started(under),
        MembershipExtended(
            membership_id=under.membership_id, customer_id=under.customer_id, number=88,
            starts_at=clock.now(), expires_at=ends,
        ),
    )  # fmt: skip
    active = shown(opened, under)
    tell(became(under, "expired", ends))
    with time_machine.travel(ends + 9 * DAY):
        in_grace = shown(opened, under)
    with time_machine.travel(ends + 10 * DAY + timedelta(seconds=1)):
        blocked = shown(opened, under)
        with pytest.raises(queries.SiteBlocked, match="not available"), opened() as uow:
            queries.public_page(uow, under.id, "")

    assert (active.because, active.membership.expires_at, active.blocked_from) == (
        "paid", ends, ends + 10 * DAY,
    )  # fmt: skip
    assert (in_grace.shows, in_grace.because) == ("public", "unpaid")
    assert (blocked.shows, blocked.because) == ("blocked", "blocked_unpaid")


def test_visitors_read_what_the_network_wants_them_to(opened: Open, under: Site, tell):
    decide_in(opened, block_message="Betala först: 100 % säkert.")
    tell(started(under), became(under, "cancelled", clock.now() - DAY))

    with pytest.raises(queries.SiteBlocked, match="Betala först: 100 % säkert"), opened() as uow:
        queries.public_page(uow, under.id, "")


def test_to_hear_everything_once_more_changes_nothing(opened: Open, databases, under: Site, tell):
    tell(started(under), became(under, "on_hold"), became(under, "cancelled", NOW))
    before = shown(opened, under)

    with databases["sites"].across_networks("the cursor of a test") as session:
        mine = update(CursorRow).where(CursorRow.listener == memberships_in_sites.name)
        session.execute(mine.values(transaction=0, position=0))
    hear(databases)

    assert shown(opened, under) == before


@pytest.mark.parametrize("with_sites", [True, False])
def test_sites_follow_a_membership_to_its_new_customer_or_stay_without_it(
    opened: Open, admin, gateway, under: Site, tell, *, with_sites: bool
):
    heir = new_id()
    with opened() as uow:
        uow.get(Site, under.id).is_primary = True
        other = create_site(uow, name="other", title="Other", customer_id=under.customer_id)
    _, redemption = ticket_in_hand(opened, admin, under)
    with opened(gateway) as uow:
        visit = redeem_ticket(uow, redemption)

    moved = MembershipTransferred(
        membership_id=under.membership_id, customer_id=heir, former_customer_id=under.customer_id,
        number=88, with_sites=with_sites, payments=0, received=[],
    )  # fmt: skip
    tell(started(under), moved)
    tell(moved)

    with opened() as uow:
        site, stays, visited = uow.get(Site, under.id), uow.get(Site, other.id), uow.get(Visit, visit.id)
    if with_sites:
        assert (site.customer_id, site.is_primary, site.membership_id) == (heir, True, under.membership_id)
        assert stays.is_primary
        assert visited.cause == "site changed hands"
    else:
        assert (site.customer_id, site.membership_id) == (under.customer_id, None)
        assert visited.ended_at is None


def test_another_networks_site_looks_absent(opened: Open, database: Database, under: Site):
    with pytest.raises(NotFound), database.unit_of_work(Identity.command(new_id())) as uow:
        effective_access(uow, under.id)
